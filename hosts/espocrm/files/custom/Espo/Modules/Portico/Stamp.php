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

use Espo\Core\Utils\Config;
use Espo\Core\Utils\Module;

/** What tells one state of this EspoCRM from another: versions, and when its definitions last changed. */
class Stamp
{
    /** What extension and service must agree on. */
    private const PROTOCOL = 2;

    public function __construct(
        private Config $config,
        private Module $module,
    ) {}

    /** @return array{protocol: int, extensionVersion: string, espoVersion: string, cacheTimestamp: int} */
    public function values(): array
    {
        return [
            'protocol' => self::PROTOCOL,
            'extensionVersion' => $this->module->get(['Portico', 'version']),
            'espoVersion' => $this->config->get('version'),
            'cacheTimestamp' => $this->config->get('cacheTimestamp'),
        ];
    }
}
