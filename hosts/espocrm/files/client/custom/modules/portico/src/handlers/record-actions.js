/*
 * Portico for EspoCRM: registers Portico (customer portals, external users, global sharing) in an EspoCRM.
 * Copyright (C) 2026 The Portico authors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * This program is free software: you can redistribute it and/or modify it under the terms of the GNU Affero General
 * Public License as published by the Free Software Foundation, either version 3 of the License, or (at your option) any
 * later version. It is distributed WITHOUT ANY WARRANTY. See <https://www.gnu.org/licenses/>.
 */
/** Puts what Portico offers for a record into the menu of its page. No answer from Portico: no entries, and no error. */
define('portico:handlers/record-actions', ['portico:service'], (Service) => {
    return class {

        constructor(view) {
            this.view = view;
        }

        /** Doesn't wait for the answer: EspoCRM's own page is never slower for it. */
        process() {
            const service = new Service(this.view);
            const {entityType, id} = this.view.model;

            if (id && service.isOn(entityType)) {
                service.fetchActions(entityType, id).then(actions => this.show(actions));
            }
        }

        show(actions) {
            if (this.view.isRemoved?.()) {
                return;
            }

            for (const {name, label, url} of actions.filter(({url}) => /^(\/|https?:)/.test(url))) {
                this.view.addMenuItem('dropdown', {name: `portico-${name}`, text: label, link: url});
            }
        }
    };
});
