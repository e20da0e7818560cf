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
define('portico:handlers/record-actions', [], () => {
    return class {

        constructor(view) {
            this.view = view;
        }

        /** Doesn't wait for the answer: EspoCRM's own page is never slower for it. */
        process() {
            const portico = this.view.getHelper().getAppParam('portico');
            const {entityType, id} = this.view.model;

            if (!portico?.isOn || !id || !this.view.getMetadata().get(['scopes', entityType, 'object'])) {
                return;
            }

            this.fetchActions(portico.serviceUrl, entityType, id)
                .then(actions => this.show(actions))
                .catch(() => {});
        }

        /** @return {Promise<{name: string, label: string, url: string}[]>} */
        async fetchActions(serviceUrl, module, id) {
            // A session that another user of this browser has left behind is refused.
            const user = this.view.getUser().id;
            const url = `${serviceUrl}/host/record-actions?${new URLSearchParams({module, id, user})}`;
            let response = await fetch(url, {credentials: 'include'});

            if (response.status === 401) {
                const headers = {Authorization: `Bearer ${await this.fetchTicket()}`};

                response = await fetch(url, {credentials: 'include', headers});
            }

            return response.ok ? (await response.json()).actions : [];
        }

        async fetchTicket() {
            try {
                return (await Espo.Ajax.postRequest('Portico/ticket', {to: '/'})).token;
            } catch (xhr) {
                xhr.errorIsHandled = true;

                throw xhr;
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
