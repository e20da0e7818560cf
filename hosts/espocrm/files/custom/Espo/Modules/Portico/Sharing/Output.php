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

use Espo\Core\Record\Output\Filter as OutputFilter;
use Espo\Core\Utils\Language;
use Espo\Entities\User;
use Espo\ORM\Entity;
use Espo\ORM\EntityManager;
use stdClass;

/**
 * Says with each record what the user may do to it, so that EspoCRM's pages show the buttons for that alone, and keeps the
 * names of records that he may not see to itself.
 *
 * @implements OutputFilter<Entity>
 */
class Output implements OutputFilter
{
    /** Added up. */
    private const MAY_EDIT = 2;
    private const MAY_DELETE = 4;

    private const TO_ONE = [Entity::BELONGS_TO, Entity::HAS_ONE];
    private const TO_MANY = [Entity::MANY_MANY, Entity::HAS_MANY, Entity::HAS_CHILDREN];

    /** @var array<string, array<string, ?string>> By entity type: links to what is not seen whole, with what they lead to. */
    private array $links = [];

    public function __construct(
        private User $user,
        private Rights $porticoRights,
        private EntityManager $entityManager,
        private Language $language,
    ) {}

    public function filter(Entity $entity): void
    {
        if (!$this->porticoRights->govern($this->user) || !$this->porticoRights->isShared($entity->getEntityType())) {
            return;
        }

        $rights =
            ($this->porticoRights->let($this->user, $entity, Rights::EDIT) ? self::MAY_EDIT : 0) +
            ($this->porticoRights->let($this->user, $entity, Rights::DELETE) ? self::MAY_DELETE : 0);

        $this->say($entity, Registration::FIELD, $rights);

        foreach ($this->linksOf($entity->getEntityType()) as $link => $target) {
            $this->hideName($entity, $link, $target);
            $this->hideNames($entity, $link, $target);
        }
    }

    private function hideName(Entity $entity, string $link, ?string $target): void
    {
        $isSeen = fn () => $this->porticoRights->sees(
            $this->user,
            $target ?? $entity->get("{$link}Type"),
            $entity->get("{$link}Id")
        );

        if ($entity->hasAttribute("{$link}Id") && $entity->has("{$link}Name") && !$isSeen()) {
            $this->say($entity, "{$link}Name", $this->noName());
        }
    }

    /** The ids stay: a form that is saved sends them all. */
    private function hideNames(Entity $entity, string $link, ?string $target): void
    {
        $names = $entity->has("{$link}Names") ? $entity->get("{$link}Names") : null;

        if (!$names instanceof stdClass) {
            return;
        }

        foreach (array_keys(get_object_vars($names)) as $id) {
            if (!$this->porticoRights->sees($this->user, $target, (string) $id)) {
                $names->$id = $this->noName();
            }
        }

        $this->say($entity, "{$link}Names", $names);
    }

    /** @return array<string, ?string> Null: a link to records of several types. */
    private function linksOf(string $entityType): array
    {
        return $this->links[$entityType] ??= $this->findLinks($entityType);
    }

    /** @return array<string, ?string> */
    private function findLinks(string $entityType): array
    {
        $links = [];

        foreach ($this->entityManager->getDefs()->getEntity($entityType)->getRelationList() as $relation) {
            $isOne = in_array($relation->getType(), [...self::TO_ONE, ...self::TO_MANY]);
            $target = $isOne ? $relation->tryGetForeignEntityType() : null;

            $isMeant = $target === null ?
                $relation->getType() === Entity::BELONGS_TO_PARENT :
                $this->porticoRights->isShared($target) &&
                !$this->porticoRights->reach($this->user, $target, Rights::VIEW)->isAll();

            if ($isMeant) {
                $links[$relation->getName()] = $target;
            }
        }

        return $links;
    }

    /** As if it had been read so: nothing of it is a change. */
    private function say(Entity $entity, string $attribute, mixed $value): void
    {
        $entity->set($attribute, $value);
        $entity->setFetched($attribute, $value);
    }

    private function noName(): string
    {
        return $this->language->translateLabel('porticoNoName', 'messages');
    }
}
