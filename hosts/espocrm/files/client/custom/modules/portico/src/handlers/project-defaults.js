/*
 * Portico for EspoCRM: registers Portico (customer portals, external users, global sharing) in an EspoCRM.
 * Copyright (C) 2026 The Portico authors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * This program is free software: you can redistribute it and/or modify it under the terms of the GNU Affero General
 * Public License as published by the Free Software Foundation, either version 3 of the License, or (at your option) any
 * later version. It is distributed WITHOUT ANY WARRANTY. See <https://www.gnu.org/licenses/>.
 */
/** A new project ends by the clock of the company: definitions know no default that EspoCRM's own settings say. */
define('portico:handlers/project-defaults', [], () => {
    return class {

        /** @param {module:view-helper} viewHelper */
        constructor(viewHelper) {
            this.viewHelper = viewHelper;
        }

        /**
         * @param {module:model} model
         * @return {Promise<Object<string, string>>}
         */
        async prepare(model) {
            return model.get('timeZone') ? {} : {timeZone: this.viewHelper.config.get('timeZone')};
        }
    };
});
