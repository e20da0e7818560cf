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

use Espo\Core\Action\Params;
use Espo\Core\Exceptions\Forbidden;
use Espo\Core\Record\Access\LinkCheck;
use Espo\Core\Record\ServiceContainer;
use Espo\Core\Utils\ObjectUtil;
use Espo\Entities\User;
use Espo\ORM\EntityManager;
use stdClass;

/** EspoCRM asks of links in a form what it does not ask of them in a merge. */
class MergedLinks
{
    public function __construct(
        private User $user,
        private Rights $porticoRights,
        private EntityManager $entityManager,
        private ServiceContainer $serviceContainer,
        private LinkCheck $linkCheck,
    ) {}

    /** @throws Forbidden where the form would be refused. */
    public function check(Params $params, stdClass $data): void
    {
        $entity = $this->porticoRights->govern($this->user) ?
            $this->entityManager->getEntityById($params->getEntityType(), $params->getId()) : null;

        if ($entity) {
            $values = ObjectUtil::clone($data);
            $this->serviceContainer->get($params->getEntityType())->filterUpdateInput($values);
            $entity->set($values);
            $this->linkCheck->processFields($entity);
        }
    }
}
