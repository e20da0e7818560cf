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

use Espo\Core\Select\AccessControl\Filter as AccessControlFilter;
use Espo\Core\Select\AccessControl\FilterFactory;
use Espo\Entities\User;
use Espo\ORM\Query\SelectBuilder;

/** Narrows what EspoCRM finds for a user: lists, search, reports. EspoCRM asks its roles' own filter besides. */
class Filter implements AccessControlFilter
{
    public function __construct(
        private string $entityType,
        private User $user,
        private Rights $porticoRights,
        private FilterFactory $filterFactory,
    ) {}

    public function apply(SelectBuilder $queryBuilder): void
    {
        $this->filterFactory->create($this->entityType, $this->user, Registration::KEPT)->apply($queryBuilder);

        if ($this->porticoRights->govern($this->user)) {
            $queryBuilder->where($this->porticoRights->reach($this->user, $this->entityType, Rights::VIEW)->where());
        }
    }
}
