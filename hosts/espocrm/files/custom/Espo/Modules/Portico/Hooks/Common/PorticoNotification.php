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

use Espo\Core\Hook\Hook\BeforeSave;
use Espo\Core\Utils\Language;
use Espo\Entities\Notification;
use Espo\Entities\User;
use Espo\Modules\Portico\Sharing\Rights;
use Espo\ORM\Entity;
use Espo\ORM\EntityManager;
use Espo\ORM\Repository\Option\SaveOptions;

/**
 * Who follows a record that he may not see (any more), or is invited to it, is neither rung for nor written to when something
 * happens to it, and is not told its name.
 * EspoCRM runs one hook of a short class name only, hence Portico's name in it.
 */
class PorticoNotification implements BeforeSave
{
    public function __construct(
        private EntityManager $entityManager,
        private Rights $porticoRights,
        private Language $language,
    ) {}

    public function beforeSave(Entity $entity, SaveOptions $options): void
    {
        if (!$entity instanceof Notification || !$entity->isNew() || $this->isAboutWhatHeSees($entity)) {
            return;
        }

        $entity->set('read', true);
        $entity->set('emailIsProcessed', true);
        $data = $entity->getData();

        if ($data && isset($data->entityName)) {
            $data->entityName = $this->language->translateLabel('porticoNoName', 'messages');
            $entity->setData($data);
        }
    }

    private function isAboutWhatHeSees(Notification $notification): bool
    {
        $userId = $notification->getUserId();
        $user = $userId ? $this->entityManager->getRDBRepositoryByClass(User::class)->getById($userId) : null;
        $data = $notification->getData();

        return !$user || (
            $this->porticoRights->sees($user, $data->entityType ?? null, $data->entityId ?? null) &&
            $this->porticoRights->sees(
                $user,
                $notification->get('relatedParentType'),
                $notification->get('relatedParentId')
            )
        );
    }
}
