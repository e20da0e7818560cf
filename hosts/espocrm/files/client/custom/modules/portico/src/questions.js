/*
 * Portico for EspoCRM: registers Portico (customer portals, external users, global sharing) in an EspoCRM.
 * Copyright (C) 2026 The Portico authors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * This program is free software: you can redistribute it and/or modify it under the terms of the GNU Affero General
 * Public License as published by the Free Software Foundation, either version 3 of the License, or (at your option) any
 * later version. It is distributed WITHOUT ANY WARRANTY. See <https://www.gnu.org/licenses/>.
 */
/** Shows questions in a dialog, one paragraph each, and gives the answers by their names; nothing when it was cancelled. */
define('portico:questions', [], () => {

    /** @return {Promise<?Object<string, string>>} */
    return function ask(questions, {confirmText, cancelText}) {
        return new Promise(resolve => {
            let answers;

            const dialog = new Espo.Ui.Dialog({
                backdrop: 'static',
                header: null,
                closeButton: false,
                className: 'dialog-confirm',
                backdropClassName: 'backdrop-confirm',
                body: bodyOf(questions),
                buttonList: [
                    {
                        name: 'confirm',
                        text: confirmText,
                        style: 'danger',
                        className: 'btn-s-wide',
                        position: 'right',
                        onClick: () => {
                            answers = answersIn(dialog.$el.get(0));
                            dialog.close();
                        },
                    },
                    {
                        name: 'cancel',
                        text: cancelText,
                        className: 'btn-s-wide',
                        position: 'left',
                        onClick: () => dialog.close(),
                    },
                ],
                onClose: () => resolve(answers),
            });

            dialog.show();
            dialog.$el.find('select, button[data-name="confirm"]').first().trigger('focus');
        });
    };

    /** @return {string} HTML; what the service said is text in it. */
    function bodyOf(questions) {
        const body = document.createElement('div');

        body.append(...questions.map(question => question.choices.length ? choiceOf(question) : sentenceOf(question)));

        return body.outerHTML;
    }

    function sentenceOf({text}) {
        const sentence = document.createElement('p');

        sentence.className = 'confirm-message';
        sentence.textContent = text;

        return sentence;
    }

    function choiceOf({name, text, choices}) {
        const label = document.createElement('label');
        const select = document.createElement('select');

        select.className = 'form-control';
        select.dataset.question = name;
        select.append(...choices.map(({value, label}) => new Option(label, value)));
        label.append(text, select);
        label.style.cssText = 'display: block; margin-bottom: 1em';

        return label;
    }

    function answersIn(element) {
        const selects = [...element.querySelectorAll('select[data-question]')];

        return Object.fromEntries(selects.map(select => [select.dataset.question, select.value]));
    }
});
