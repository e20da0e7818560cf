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
 * What somebody has looked at and done: without the names of records that he may not see (any more).
 *
 * @implements Loader<Entity>
 */
class TargetName implements Loader
{
    public function __construct(
        private User $user,
        private Rights $porticoRights,
    ) {}

    public function process(Entity $entity, Params $params): void
    {
        if (!$this->porticoRights->sees($this->user, $entity->get('targetType'), $entity->get('targetId'))) {
            $entity->set('targetName', null);
        }
    }
}
