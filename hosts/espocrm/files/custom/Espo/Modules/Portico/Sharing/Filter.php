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

use Espo\Core\ApplicationState;
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
        private ApplicationState $applicationState,
    ) {}

    public function apply(SelectBuilder $queryBuilder): void
    {
        $this->filterFactory->create($this->entityType, $this->user, Registration::KEPT)->apply($queryBuilder);

        foreach ($this->users() as $user) {
            if ($this->porticoRights->govern($user)) {
                $queryBuilder->where($this->porticoRights->reach($user, $this->entityType, Rights::VIEW)->where());
            }
        }
    }

    /**
     * Some lists of EspoCRM are another user's (what is upcoming for a colleague); whoever reads them is asked as well.
     *
     * @return User[]
     */
    private function users(): array
    {
        $reader = $this->applicationState->hasUser() ? $this->applicationState->getUser() : $this->user;

        return $reader->getId() === $this->user->getId() ? [$this->user] : [$this->user, $reader];
    }
}
