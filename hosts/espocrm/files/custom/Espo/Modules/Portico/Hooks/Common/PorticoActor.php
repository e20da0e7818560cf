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

use Espo\Core\Hook\Hook\AfterRemove;
use Espo\Core\Hook\Hook\BeforeSave;
use Espo\Core\ORM\Repository\Option\SaveOption;
use Espo\Entities\Attachment;
use Espo\Entities\Notification;
use Espo\Entities\User;
use Espo\Modules\Portico\Caller;
use Espo\ORM\Entity;
use Espo\ORM\EntityManager;
use Espo\ORM\Query\UpdateBuilder;
use Espo\ORM\Repository\Option\RemoveOptions;
use Espo\ORM\Repository\Option\SaveOptions;

/**
 * What the service does for a person stands under that person's name: created by, modified by, stream, notifications.
 * EspoCRM runs one hook of a short class name only, hence Portico's name in it.
 */
class PorticoActor implements BeforeSave, AfterRemove
{
    /** Before EspoCRM's own hooks, which copy the names into stream and notifications. */
    public static int $order = 1;

    public function __construct(
        private Caller $caller,
        private User $user,
        private EntityManager $entityManager,
    ) {}

    /** A file stays the service's own: nobody else may read it, use it and remove it before it hangs on a record. */
    public function beforeSave(Entity $entity, SaveOptions $options): void
    {
        $actor = $this->caller->actor();

        if (!$actor || $entity instanceof Attachment) {
            return;
        }

        if ($entity->isNew()) {
            $this->sign($entity, 'createdBy', $actor);
        } elseif ($this->isModified($entity, $options)) {
            $this->sign($entity, 'modifiedBy', $actor);
        }

        if ($entity instanceof Notification && $entity->isNew()) {
            $this->signNotification($entity, $actor);
        }
    }

    /** EspoCRM names who removed a record after the hooks before it. */
    public function afterRemove(Entity $entity, RemoveOptions $options): void
    {
        $actor = $this->caller->actor();

        if (!$actor || !$this->isByService($entity, 'modifiedBy')) {
            return;
        }

        $this->entityManager->getQueryExecutor()->execute(
            UpdateBuilder::create()
                ->in($entity->getEntityType())
                ->set(['modifiedById' => $actor->getId()])
                ->where(['id' => $entity->getId()])
                ->build()
        );
    }

    /** As EspoCRM decides it. Whether modifiedById has changed does not tell: the service may have been the last one, too. */
    private function isModified(Entity $entity, SaveOptions $options): bool
    {
        if ($options->get(SaveOption::SILENT) || $options->get(SaveOption::SKIP_MODIFIED_BY)) {
            return false;
        }

        return (bool) array_filter($entity->getAttributeList(), fn ($name) => $entity->isAttributeChanged($name));
    }

    private function sign(Entity $entity, string $link, User $actor): void
    {
        if (!$this->isByService($entity, $link)) {
            return;
        }

        $entity->set($link . 'Id', $actor->getId());

        if ($entity->hasAttribute($link . 'Name')) {
            $entity->set($link . 'Name', $actor->getName());
        }
    }

    private function isByService(Entity $entity, string $link): bool
    {
        return $entity->hasAttribute($link . 'Id') && $entity->get($link . 'Id') === $this->user->getId();
    }

    /** Notices of assignment and removal name a user in their data. Nobody needs to be told of his own doing. */
    private function signNotification(Notification $notification, User $actor): void
    {
        $data = $notification->getData();

        if ($data && ($data->userId ?? null) === $this->user->getId()) {
            $data->userId = $actor->getId();
            $data->userName = $actor->getName();
            $notification->setData($data);
        }

        if ($notification->getUserId() === $actor->getId()) {
            $notification->setRead();
        }
    }
}
