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

use Espo\Entities\Integration;
use Espo\ORM\EntityManager;

/** The row that an administrator edits at Administration > Integrations > Portico; read anew at each call. */
class Settings
{
    public const INTEGRATION_ID = 'Portico';

    public function __construct(private EntityManager $entityManager) {}

    public function isOn(): bool
    {
        return $this->row()?->isEnabled() ?? false;
    }

    public function isSharingOn(): bool
    {
        $row = $this->row();

        return $row && $row->isEnabled() && $row->get('globalSharing');
    }

    /** A path on EspoCRM's own site or a whole address, without a trailing slash. */
    public function serviceUrl(): string
    {
        return rtrim((string) $this->row()?->get('serviceUrl'), '/');
    }

    public function sharedSecret(): string
    {
        return (string) $this->row()?->get('sharedSecret');
    }

    private function row(): ?Integration
    {
        return $this->entityManager->getRDBRepositoryByClass(Integration::class)->getById(self::INTEGRATION_ID);
    }
}
