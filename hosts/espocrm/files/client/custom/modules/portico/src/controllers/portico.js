/*
 * Portico for EspoCRM: registers Portico (customer portals, external users, global sharing) in an EspoCRM.
 * Copyright (C) 2026 The Portico authors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * This program is free software: you can redistribute it and/or modify it under the terms of the GNU Affero General
 * Public License as published by the Free Software Foundation, either version 3 of the License, or (at your option) any
 * later version. It is distributed WITHOUT ANY WARRANTY. See <https://www.gnu.org/licenses/>.
 */

/** `#Portico/open/to=…` opens a page of Portico; EspoCRM has asked for a sign-in before, where it was needed. */
define('portico:controllers/portico', ['controller'], (Controller) => {
    return class extends Controller {

        /** The router cuts values at `=`, so the page's address is read from the route itself. */
        async actionOpen() {
            const [, to = '%2F'] = window.location.hash.match(/^#Portico\/open\/to=([^&]*)/) || [];

            try {
                const {url} = await Espo.Ajax.postRequest('Portico/ticket', {to: decodeURIComponent(to)});

                window.location.replace(url);
            } catch {
                // EspoCRM shows the refusal's reason; its first page is where the reader goes on.
                this.getRouter().navigate('#', {trigger: true});
            }
        }
    };
});
