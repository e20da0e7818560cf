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

namespace Espo\Modules\Portico\Hooks\Common;

use Espo\Core\ApplicationState;
use Espo\Core\Hook\Hook\BeforeSave;
use Espo\Core\ORM\Entity as CoreEntity;
use Espo\Entities\User;
use Espo\Modules\Portico\Caller;
use Espo\Modules\Portico\Sharing\Rights;
use Espo\ORM\Entity;
use Espo\ORM\Repository\Option\SaveOptions;

/**
 * What somebody of the staff makes and gives to nobody is his own: otherwise he would not see it himself.
 * EspoCRM runs one hook of a short class name only, hence Portico's name in it.
 */
class PorticoOwner implements BeforeSave
{
    /** Before EspoCRM's own hooks, which tell the owner of it. */
    public static int $order = 2;

    public function __construct(
        private ApplicationState $state,
        private Caller $caller,
        private Rights $porticoRights,
    ) {}

    public function beforeSave(Entity $entity, SaveOptions $options): void
    {
        $maker = $entity->isNew() && $this->isNobodys($entity) ? $this->maker() : null;

        if ($maker && $this->porticoRights->govern($maker) && !$this->belongsToGroup($entity)) {
            $entity->set('assignedUserId', $maker->getId());
            $entity->set('assignedUserName', $maker->getName());
        }
    }

    private function isNobodys(Entity $entity): bool
    {
        return $entity->hasAttribute('assignedUserId') && !$entity->get('assignedUserId') &&
            $this->porticoRights->isShared($entity->getEntityType());
    }

    private function maker(): ?User
    {
        return $this->state->hasUser() ? $this->caller->actor() ?? $this->state->getUser() : null;
    }

    private function belongsToGroup(Entity $entity): bool
    {
        return $entity instanceof CoreEntity && $entity->hasLinkMultipleField('teams') &&
            array_intersect($entity->getLinkMultipleIdList('teams'), $this->porticoRights->owningTeams());
    }
}
