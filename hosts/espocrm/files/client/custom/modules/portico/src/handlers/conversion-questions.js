/*
 * Portico for EspoCRM: registers Portico (customer portals, external users, global sharing) in an EspoCRM.
 * Copyright (C) 2026 The Portico authors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * This program is free software: you can redistribute it and/or modify it under the terms of the GNU Affero General
 * Public License as published by the Free Software Foundation, either version 3 of the License, or (at your option) any
 * later version. It is distributed WITHOUT ANY WARRANTY. See <https://www.gnu.org/licenses/>.
 */
/** Asks before a lead becomes a contact, where Portico has a question about it. The new contact's form is the way to the page. */
define('portico:handlers/conversion-questions', ['portico:service', 'portico:questions'], (Service, ask) => {
    return class {

        constructor(view) {
            this.view = view;
        }

        process() {
            if (this.view.layoutName === 'detailConvert') {
                this.view.once('after:render', () => this.askOn(this.view.getParentView()));
            }
        }

        askOn(page) {
            const service = new Service(page);

            if (page.model?.entityType !== 'Lead' || !page.convert || !service.isOn('Lead')) {
                return;
            }

            const convert = page.convert.bind(page);
            let isAsking = false;

            page.convert = async () => {
                if (isAsking) {
                    return;
                }

                isAsking = true;

                try {
                    if (!this.makesContact(page) || await this.isAnswered(page, service)) {
                        convert();
                    }
                } finally {
                    isAsking = false;
                }
            };
        }

        makesContact(page) {
            return Boolean(page.element.querySelector('input[data-scope="Contact"]')?.checked);
        }

        /** The answers are in EspoCRM's outbox before the conversion is. */
        async isAnswered(page, service) {
            Espo.Ui.notifyWait();

            const {id} = page.model;
            const questions = await service.fetchQuestions('Lead', id, {kind: 'conversion'});

            Espo.Ui.notify(false);

            if (!questions.length) {
                return true;
            }

            const answers = await ask(questions, {
                confirmText: page.translate('Convert', 'labels', 'Lead'),
                cancelText: page.translate('Cancel'),
            });

            if (answers && Object.keys(answers).length) {
                await Espo.Ajax.postRequest('Portico/answers', {entityType: 'Lead', id, answers});
            }

            return Boolean(answers);
        }
    };
});
