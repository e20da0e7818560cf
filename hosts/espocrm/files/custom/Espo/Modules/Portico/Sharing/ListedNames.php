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

use Espo\Core\FieldProcessing\Loader;
use Espo\Core\FieldProcessing\Loader\Params;
use Espo\Entities\User;
use Espo\ORM\Entity;

/**
 * Exports load records as lists do, and put them out unfiltered.
 *
 * @implements Loader<Entity>
 */
class ListedNames implements Loader
{
    public function __construct(
        private User $user,
        private Names $names,
    ) {}

    public function process(Entity $entity, Params $params): void
    {
        $this->names->hide($this->user, $entity);
    }
}
