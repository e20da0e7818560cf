/*
 * Portico for EspoCRM: registers Portico (customer portals, external users, global sharing) in an EspoCRM.
 * Copyright (C) 2026 The Portico authors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * This program is free software: you can redistribute it and/or modify it under the terms of the GNU Affero General
 * Public License as published by the Free Software Foundation, either version 3 of the License, or (at your option) any
 * later version. It is distributed WITHOUT ANY WARRANTY. See <https://www.gnu.org/licenses/>.
 */
/** Asks Portico's service on behalf of who looks at this page. No answer from it is an answer, too: EspoCRM goes on without. */
define('portico:service', [], () => {
    /** How long a person waits for an answer, in milliseconds. */
    const PATIENCE = 5000;

    return class {

        /** @param {module:view} view */
        constructor(view) {
            this.view = view;
            this.settings = view.getHelper().getAppParam('portico');
        }

        /** Whether Portico may have something to say of records of this type. */
        isOn(entityType) {
            const says = name => this.view.getMetadata().get(['scopes', entityType, name]);

            // Folders are no objects to EspoCRM.
            return Boolean(this.settings?.isOn && (says('object') || says('categoryParentEntityType')));
        }

        /** @return {Promise<{name: string, label: string, url: string}[]>} */
        async fetchActions(module, id) {
            return (await this.fetch('record-actions', {module, id}))?.actions ?? [];
        }

        /**
         * What somebody must be asked before he does that.
         *
         * @param {{kind: 'change', values: Object<string, ?string>} | {kind: 'conversion'}} doing
         * @return {Promise<{name: string, text: string, choices: {value: string, label: string}[]}[]>}
         */
        async fetchQuestions(module, id, doing) {
            // In a header: addresses of pages are logged, and values are nobody's business there.
            const headers = {'X-Portico-Doing': encodeURIComponent(JSON.stringify(doing))};

            return (await this.fetch('record-questions', {module, id}, headers))?.questions ?? [];
        }

        /** @return {Promise<?Object>} Undefined where the service gives no answer. */
        async fetch(door, record, headers = {}) {
            // A session that another user of this browser has left behind is refused.
            const query = new URLSearchParams({...record, user: this.view.getUser().id});
            const url = `${this.settings.serviceUrl}/host/${door}?${query}`;
            const signal = AbortSignal.timeout(PATIENCE);
            const ask = more => fetch(url, {credentials: 'include', headers: {...headers, ...more}, signal});

            try {
                let response = await ask();

                if (response.status === 401) {
                    response = await ask({Authorization: `Bearer ${await this.fetchTicket()}`});
                }

                return response.ok ? await response.json() : undefined;
            } catch {
                return undefined;
            }
        }

        async fetchTicket() {
            try {
                return (await Espo.Ajax.postRequest('Portico/ticket', {to: '/'})).token;
            } catch (xhr) {
                xhr.errorIsHandled = true;

                throw xhr;
            }
        }
    };
});
