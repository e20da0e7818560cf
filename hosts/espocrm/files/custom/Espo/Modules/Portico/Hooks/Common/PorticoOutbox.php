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

use Espo\Core\Hook\Hook\AfterMassRelate;
use Espo\Core\Hook\Hook\AfterRelate;
use Espo\Core\Hook\Hook\AfterRemove;
use Espo\Core\Hook\Hook\AfterSave;
use Espo\Core\Hook\Hook\AfterUnrelate;
use Espo\Core\Utils\Log;
use Espo\Entities\Integration;
use Espo\Entities\Note;
use Espo\Modules\Portico\Outbox;
use Espo\Modules\Portico\Scopes;
use Espo\Modules\Portico\Settings;
use Espo\ORM\Entity;
use Espo\ORM\EntityManager;
use Espo\ORM\Query\Select;
use Espo\ORM\Repository\Option\MassRelateOptions;
use Espo\ORM\Repository\Option\RelateOptions;
use Espo\ORM\Repository\Option\RemoveOptions;
use Espo\ORM\Repository\Option\SaveOptions;
use Espo\ORM\Repository\Option\UnrelateOptions;
use Throwable;

/**
 * Tells the service what changes here, by rows that it reads: records, what people write on them, users, and the
 * integration's switches.
 * EspoCRM runs one hook of a short class name only, hence Portico's name in it.
 */
class PorticoOutbox implements AfterSave, AfterRemove, AfterRelate, AfterUnrelate, AfterMassRelate
{
    /** After every hook that may still change the record. */
    public static int $order = 200;

    /** Changes that come with any other, or without one. */
    private const NOISE = [
        'modifiedAt',
        'modifiedById',
        'versionNumber',
        'streamUpdatedAt',
        'isFollowed',
        'isStarred',
        'followersIds',
        'followersNames',
        'reminders',
        'lastAccess',
    ];

    /** Of attributes that EspoCRM copies from a linked record. */
    private const COPIED = ['name', 'nameMap'];

    private ?bool $isOn = null;

    public function __construct(
        private EntityManager $entityManager,
        private Scopes $scopes,
        private Settings $settings,
        private Outbox $outbox,
        private Log $log,
    ) {}

    public function afterSave(Entity $entity, SaveOptions $options): void
    {
        if ($entity instanceof Note) {
            $this->safely(fn () => $this->tellOfPost($entity));

            return;
        }

        $this->write($entity, $entity->isNew() ? 'create' : 'update');
    }

    public function afterRemove(Entity $entity, RemoveOptions $options): void
    {
        $this->write($entity, 'delete');
    }

    public function afterRelate(
        Entity $entity,
        string $relationName,
        Entity $relatedEntity,
        array $columnData,
        RelateOptions $options
    ): void {
        $this->write($entity, 'relate', ['link' => $relationName, 'other' => $relatedEntity->getId()]);
    }

    public function afterUnrelate(
        Entity $entity,
        string $relationName,
        Entity $relatedEntity,
        UnrelateOptions $options
    ): void {
        $this->write($entity, 'unrelate', ['link' => $relationName, 'other' => $relatedEntity->getId()]);
    }

    public function afterMassRelate(
        Entity $entity,
        string $relationName,
        Select $query,
        array $columnData,
        MassRelateOptions $options
    ): void {
        $this->write($entity, 'relate', ['link' => $relationName]);
    }

    /** @param array{link?: string, other?: string} $connection */
    private function write(Entity $entity, string $action, array $connection = []): void
    {
        $this->safely(function () use ($entity, $action, $connection) {
            $changed = $this->isToBeTold($entity) ? $this->changed($entity, $action) : null;

            if ($changed !== null) {
                $this->tell($entity, ['action' => $action, 'changed' => $changed] + $connection);
            }
        });
    }

    /** Never breaks a save: what can't be written is logged, and found by the service's sweep. */
    private function safely(callable $work): void
    {
        try {
            $work();
        } catch (Throwable $error) {
            $this->log->error("Portico's outbox: {$error->getMessage()}", ['exception' => $error]);
        }
    }

    /** What somebody has written on a record comes in the order of what happened to the record. */
    private function tellOfPost(Note $note): void
    {
        $isOnRecord = $note->getParentType() && $note->getParentId() && !$note->getTargetType();

        if (!$note->isNew() || $note->getType() !== Note::TYPE_POST || !$isOnRecord || !$this->isOn()) {
            return;
        }

        $this->outbox->write("{$note->getParentType()}/{$note->getParentId()}", [
            'entityType' => Note::ENTITY_TYPE,
            'id' => $note->getId(),
            'action' => 'create',
            'parentType' => $note->getParentType(),
            'parentId' => $note->getParentId(),
            'internal' => $note->isInternal(),
        ]);
    }

    /**
     * What a save has set; null where it has changed nothing that is to be told.
     *
     * @return ?string[]
     */
    private function changed(Entity $entity, string $action): ?array
    {
        $names = match ($action) {
            'create' => array_filter($entity->getAttributeList(), fn ($name) => $entity->has($name)),
            'update' => array_filter($entity->getAttributeList(), fn ($name) => $this->isChanged($entity, $name)),
            default => [],
        };

        $told = array_values(array_filter($names, fn ($name) => !$this->isNoise($entity, $name)));

        return $action === 'update' && !$told ? null : $told;
    }

    /** EspoCRM's data privacy erases an address where it is kept, without hooks, and takes it off the record that it saves. */
    private function isChanged(Entity $entity, string $name): bool
    {
        return $entity->isAttributeChanged($name) || ($entity->hasFetched($name) && !$entity->has($name));
    }

    private function isNoise(Entity $entity, string $name): bool
    {
        $defs = $this->entityManager->getDefs()->getEntity($entity->getEntityType())->getAttribute($name);

        return in_array($name, self::NOISE) ||
            $defs->getType() === Entity::FOREIGN ||
            in_array($defs->getParam('attributeRole'), self::COPIED);
    }

    private function isToBeTold(Entity $entity): bool
    {
        if ($this->isSwitches($entity)) {
            $this->isOn = null;

            return true;
        }

        return $this->scopes->isWorkedWith($entity->getEntityType()) && $this->isOn();
    }

    private function isOn(): bool
    {
        return $this->isOn ??= $this->settings->isOn();
    }

    private function isSwitches(Entity $entity): bool
    {
        return $entity->getEntityType() === Integration::ENTITY_TYPE &&
            $entity->getId() === Settings::INTEGRATION_ID;
    }

    /** @param array<string, mixed> $what */
    private function tell(Entity $entity, array $what): void
    {
        $type = $entity->getEntityType();
        $subject = $this->isSwitches($entity) ? 'switches' : "$type/{$entity->getId()}";

        $this->outbox->write($subject, ['entityType' => $type, 'id' => $entity->getId(), ...$what]);
    }
}
