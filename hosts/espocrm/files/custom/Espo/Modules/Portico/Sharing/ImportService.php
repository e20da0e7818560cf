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

namespace Espo\Modules\Portico\Sharing;

use Espo\Core\Di\InjectableFactoryAware;
use Espo\Core\Di\InjectableFactorySetter;
use Espo\Tools\Import\Service;

/** An import is reverted by whoever may delete what it made. */
class ImportService extends Service implements InjectableFactoryAware
{
    use InjectableFactorySetter;

    public function revert(string $id): void
    {
        $this->injectableFactory->create(RevertedOnes::class)->check($id);

        parent::revert($id);
    }
}
