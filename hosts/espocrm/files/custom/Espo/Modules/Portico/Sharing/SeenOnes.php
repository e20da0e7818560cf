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

use Espo\Entities\User;
use Espo\ORM\Entity;
use Espo\ORM\EntityCollection;
use Espo\ORM\EntityManager;

/** Of records that EspoCRM has found without asking, those that the user may see. */
class SeenOnes
{
    public function __construct(
        private User $user,
        private EntityManager $entityManager,
        private Rights $porticoRights,
    ) {}

    /**
     * @param EntityCollection<Entity> $collection
     * @return EntityCollection<Entity>
     */
    public function of(EntityCollection $collection): EntityCollection
    {
        $sees = fn (Entity $one) => $this->porticoRights->sees($this->user, $one->getEntityType(), $one->getId());

        return $this->entityManager
            ->getCollectionFactory()
            ->create($collection->getEntityType(), array_values(array_filter([...$collection], $sees)));
    }
}
