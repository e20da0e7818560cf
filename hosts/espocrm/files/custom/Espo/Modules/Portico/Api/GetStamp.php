<?php
/*
 * Portico for EspoCRM: registers Portico (customer portals, external users, global sharing) in an EspoCRM.
 * Copyright (C) 2026 The Portico authors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * This program is free software: you can redistribute it and/or modify it under the terms of the GNU Affero General
 * Public License as published by the Free Software Foundation, either version 3 of the License, or (at your option) any
 * later version. It is distributed WITHOUT ANY WARRANTY. See <https://www.gnu.org/licenses/>.
 */

namespace Espo\Modules\Portico\Api;

use Espo\Core\Api\Action;
use Espo\Core\Api\Request;
use Espo\Core\Api\Response;
use Espo\Core\Api\ResponseComposer;
use Espo\Modules\Portico\Caller;
use Espo\Modules\Portico\Stamp;

/** Which protocol, versions and definitions are here; light enough to be asked often. */
class GetStamp implements Action
{
    public function __construct(
        private Caller $caller,
        private Stamp $stamp,
    ) {}

    public function process(Request $request): Response
    {
        $this->caller->mustBeServiceOrAdministrator();

        return ResponseComposer::json($this->stamp->values() + ['now' => time()]);
    }
}
