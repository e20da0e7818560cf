/*
 * Portico for EspoCRM: registers Portico (customer portals, external users, global sharing) in an EspoCRM.
 * Copyright (C) 2026 The Portico authors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * This program is free software: you can redistribute it and/or modify it under the terms of the GNU Affero General
 * Public License as published by the Free Software Foundation, either version 3 of the License, or (at your option) any
 * later version. It is distributed WITHOUT ANY WARRANTY. See <https://www.gnu.org/licenses/>.
 */
/**
 * Asks before a changed address or number of a record is saved, where Portico has a question about it: on the record's page,
 * in its form, in a form inside a dialog and when one field is edited on the spot. All of them save by the view's `save`.
 */
define('portico:handlers/record-questions', ['portico:service', 'portico:questions'], (Service, ask) => {
    return class {

        constructor(view) {
            this.view = view;
            this.service = new Service(view);
        }

        process() {
            const {view} = this;
            const save = view.save.bind(view);

            if (!this.service.isOn(view.entityType)) {
                return;
            }

            view.save = options => {
                const values = this.changedAddresses();

                // What EspoCRM itself refuses, it says first.
                if (!view.model.id || !Object.keys(values).length || view.validate()) {
                    return save(options);
                }

                return this.asked(values).then(goesOn => goesOn ? save(options) : this.cancelled());
            };
        }

        /** @return {Object<string, ?string>} New values of e-mail and phone fields, by field. */
        changedAddresses() {
            const {model, attributes} = this.view;
            const fields = this.view.getMetadata().get(['entityDefs', model.entityType, 'fields']) || {};
            const written = {...model.attributes, ...this.view.fetch()};

            const changed = Object.keys(fields)
                .filter(name => ['email', 'phone'].includes(fields[name].type))
                .filter(name => (written[name] || null) !== (attributes[name] || null));

            return Object.fromEntries(changed.map(name => [name, written[name] || null]));
        }

        /** The page shows the record as saved meanwhile, so what was typed is kept in the model first, as EspoCRM does. */
        async asked(values) {
            const {view} = this;

            view.model.set(view.fetch(), {silent: true});
            view.lastSaveCancelReason = null;
            Espo.Ui.notifyWait();

            const questions = await this.service.fetchQuestions(view.entityType, view.model.id, {kind: 'change', values});

            Espo.Ui.notify(false);

            return !questions.length || Boolean(await ask(questions, {
                confirmText: view.translate('Save'),
                cancelText: view.translate('Cancel'),
            }));
        }

        /** EspoCRM's own word for it: the form comes back with what was typed. */
        cancelled() {
            this.view.lastSaveCancelReason = 'cancel';
            this.view.trigger('cancel:save', {reason: 'cancel'});

            return Promise.reject('cancel');
        }
    };
});
