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

namespace Espo\Modules\Portico;

use Espo\Entities\User;
use Espo\Modules\Portico\Sharing\Rights;
use Espo\Tools\App\AppParam as AppParamInterface;

/** Tells EspoCRM's pages whether Portico is on, where it is, and what his profiles forbid the user. Portal users are told nothing. */
class AppParam implements AppParamInterface
{
    public function __construct(
        private Settings $settings,
        private User $user,
        private Rights $porticoRights,
    ) {}

    /** @return ?array{isOn: bool, serviceUrl: string, forbidden: ?array<string, string[]>} */
    public function get(): ?array
    {
        if ($this->user->isPortal()) {
            return null;
        }

        return [
            'isOn' => $this->settings->isOn(),
            'serviceUrl' => $this->settings->serviceUrl(),
            'forbidden' => $this->porticoRights->govern($this->user) ? $this->porticoRights->forbidden($this->user) : null,
        ];
    }
}
