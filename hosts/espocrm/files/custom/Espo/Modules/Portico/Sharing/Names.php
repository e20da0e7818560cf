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

use Espo\Core\Utils\Language;
use Espo\Entities\User;
use Espo\ORM\Entity;
use Espo\ORM\EntityManager;
use Espo\ORM\Query\SelectBuilder;
use stdClass;

/** Keeps the names of linked records that somebody may not see out of the records that he sees. */
class Names
{
    private const TO_ONE = [Entity::BELONGS_TO, Entity::HAS_ONE];
    private const TO_MANY = [Entity::MANY_MANY, Entity::HAS_MANY, Entity::HAS_CHILDREN];

    /** @var array<string, array<string, ?string>> By user and entity type: links to what is not seen whole, with what they lead to. */
    private array $links = [];

    public function __construct(
        private Rights $porticoRights,
        private EntityManager $entityManager,
        private Language $language,
    ) {}

    public function hide(User $user, Entity $entity): void
    {
        if (!$this->porticoRights->govern($user)) {
            return;
        }

        foreach ($this->linksOf($user, $entity->getEntityType()) as $link => $target) {
            $this->hideName($user, $entity, $link, $target);
            $this->hideNames($user, $entity, $link, $target);
        }
    }

    /**
     * Links to records that the user does not see all of.
     *
     * @return array<string, ?string> Null: a link to records of several types.
     */
    public function linksOf(User $user, string $entityType): array
    {
        return $this->links["{$user->getId()} $entityType"] ??= $this->findLinks($user, $entityType);
    }

    /** As if it had been read so: nothing of it is a change. */
    public static function say(Entity $entity, string $attribute, mixed $value): void
    {
        $entity->set($attribute, $value);
        $entity->setFetched($attribute, $value);
    }

    public function none(): string
    {
        return $this->language->translateLabel('porticoNoName', 'messages');
    }

    private function hideName(User $user, Entity $entity, string $link, ?string $target): void
    {
        if (!$entity->hasAttribute("{$link}Id") || !$entity->has("{$link}Name")) {
            return;
        }

        $id = $this->reference($entity, "{$link}Id");
        $type = $target ?? $this->reference($entity, "{$link}Type");

        $isSeen = $id === null ?
            $entity->get("{$link}Name") === null :
            $this->porticoRights->sees($user, $type, $id);

        if (!$isSeen) {
            self::say($entity, "{$link}Name", $this->none());
        }
    }

    /** A list may have been asked for the name alone. */
    private function reference(Entity $entity, string $attribute): ?string
    {
        if (!$entity->has($attribute)) {
            self::say($entity, $attribute, $this->kept($entity, $attribute));
        }

        return $entity->get($attribute);
    }

    private function kept(Entity $entity, string $attribute): ?string
    {
        $type = $entity->getEntityType();
        $defs = $this->entityManager->getDefs()->getEntity($type)->tryGetAttribute($attribute);

        if (!$entity->hasId() || !$defs || $defs->isNotStorable() || $defs->getType() === Entity::FOREIGN) {
            return null;
        }

        $query = SelectBuilder::create()
            ->from($type)
            ->select($attribute)
            ->where(['id' => $entity->getId()])
            ->withDeleted()
            ->build();

        return $this->entityManager->getQueryExecutor()->execute($query)->fetchColumn() ?: null;
    }

    /** The ids stay: a form that is saved sends them all. */
    private function hideNames(User $user, Entity $entity, string $link, ?string $target): void
    {
        $names = $entity->has("{$link}Names") ? $entity->get("{$link}Names") : null;

        if (!$names instanceof stdClass) {
            return;
        }

        foreach (array_keys(get_object_vars($names)) as $id) {
            if (!$this->porticoRights->sees($user, $target, (string) $id)) {
                $names->$id = $this->none();
            }
        }

        self::say($entity, "{$link}Names", $names);
    }

    /** @return array<string, ?string> */
    private function findLinks(User $user, string $entityType): array
    {
        $links = [];

        foreach ($this->entityManager->getDefs()->getEntity($entityType)->getRelationList() as $relation) {
            $isOne = in_array($relation->getType(), [...self::TO_ONE, ...self::TO_MANY]);
            $target = $isOne ? $relation->tryGetForeignEntityType() : null;

            $isMeant = $target === null ?
                $relation->getType() === Entity::BELONGS_TO_PARENT :
                $this->porticoRights->isShared($target) &&
                !$this->porticoRights->reach($user, $target, Rights::VIEW)->isAll();

            if ($isMeant) {
                $links[$relation->getName()] = $target;
            }
        }

        return $links;
    }
}
