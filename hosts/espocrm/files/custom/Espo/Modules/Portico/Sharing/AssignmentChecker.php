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

use Espo\Core\Acl\AssignmentChecker as AssignmentCheckerInterface;
use Espo\Core\Acl\DefaultAssignmentChecker;
use Espo\Core\InjectableFactory;
use Espo\Core\ORM\Entity as CoreEntity;
use Espo\Core\Utils\Metadata;
use Espo\Entities\User;
use Espo\ORM\Entity;

/**
 * To whom a record may be given: whomever EspoCRM's own checker allows, and global sharing too.
 *
 * @implements AssignmentCheckerInterface<Entity>
 */
class AssignmentChecker implements AssignmentCheckerInterface
{
    public function __construct(
        private InjectableFactory $injectableFactory,
        private Metadata $metadata,
        private Rights $porticoRights,
    ) {}

    public function check(User $user, Entity $entity): bool
    {
        $type = $entity->getEntityType();

        $className = $this->metadata->get(['aclDefs', $type, Registration::KEPT . 'AssignmentCheckerClassName']) ??
            DefaultAssignmentChecker::class;

        if (!$this->injectableFactory->create($className)->check($user, $entity)) {
            return false;
        }

        $assignable = $this->porticoRights->govern($user) ? $this->porticoRights->assignable($user, $type) : null;

        return !$assignable ||
            ($this->isToOneOf($assignable['people'], $entity) && $this->isToTeams($assignable['teams'], $entity));
    }

    /** @param string[] $people */
    private function isToOneOf(array $people, Entity $entity): bool
    {
        if (!$entity->hasAttribute('assignedUserId') || !$entity->isAttributeChanged('assignedUserId')) {
            return true;
        }

        $owner = $entity->get('assignedUserId');

        return $owner ?
            in_array($owner, $people, true) :
            $entity->isNew() || array_intersect($this->teams($entity), $this->porticoRights->owningTeams());
    }

    /**
     * Of the teams whose records belong to a group, only those of groups he is in may be added, and may be left the record.
     *
     * @param string[] $teams
     */
    private function isToTeams(array $teams, Entity $entity): bool
    {
        $former = $entity->isNew() ? [] : $entity->getFetched('teamsIds') ?? [];
        $isLeft = $entity->hasAttribute('assignedUserId') && $entity->isAttributeChanged('assignedUserId') &&
            !$entity->get('assignedUserId');

        $given = match (true) {
            $isLeft => $this->teams($entity),
            $entity->isAttributeChanged('teamsIds') => array_diff($this->teams($entity), $former),
            default => [],
        };

        return !array_intersect($given, array_diff($this->porticoRights->owningTeams(), $teams)) &&
            !$this->isTakenFromAll($former, $entity);
    }

    /**
     * What belongs to a group may go to another one or to a person, but not to nobody.
     *
     * @param string[] $former
     */
    private function isTakenFromAll(array $former, Entity $entity): bool
    {
        $owning = $this->porticoRights->owningTeams();

        return $entity->isAttributeChanged('teamsIds') && !$entity->get('assignedUserId') &&
            array_intersect($former, $owning) && !array_intersect($this->teams($entity), $owning);
    }

    /** @return string[] */
    private function teams(Entity $entity): array
    {
        return $entity instanceof CoreEntity && $entity->hasLinkMultipleField('teams') ?
            $entity->getLinkMultipleIdList('teams') : [];
    }
}
