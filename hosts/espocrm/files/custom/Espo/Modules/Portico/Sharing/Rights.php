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

use Espo\Core\Utils\Metadata;
use Espo\Entities\User;
use Espo\ORM\Defs\RelationDefs;
use Espo\ORM\Entity;
use Espo\ORM\EntityManager;
use Espo\ORM\Query\SelectBuilder;

/**
 * Whom global sharing lets do what to which records. It only narrows: EspoCRM's own roles are asked as well, elsewhere.
 * Of administrators, programs and portal users it says nothing.
 */
class Rights
{
    public const VIEW = 'view';
    public const CREATE = 'create';
    public const EDIT = 'edit';
    public const DELETE = 'delete';

    /** The levels that leave an action open to everybody; below them it is a matter of who the owner is. */
    private const OPEN_FOR = [
        self::VIEW => ['public-read', 'public-edit', 'public-delete'],
        self::EDIT => ['public-edit', 'public-delete'],
        self::DELETE => ['public-delete'],
    ];

    /** An entity type that follows one that follows another …: no longer than this. */
    private const DEEPEST_FOLLOWING = 3;

    /** @var array<string, Reach> */
    private array $reaches = [];

    /** @var array<string, bool> */
    private array $seen = [];

    public function __construct(
        private Model $model,
        private Criteria $criteria,
        private EntityManager $entityManager,
        private Metadata $metadata,
    ) {}

    /** Whether global sharing has a say in what this user does. */
    public function govern(User $user): bool
    {
        return $user->isRegular() && $this->model->isOn();
    }

    public function isShared(string $entityType): bool
    {
        return $this->metadata->get(['aclDefs', $entityType, 'accessCheckerClassName']) === AccessChecker::class;
    }

    /** Whether the user's profiles let him do that to records of this entity type at all. */
    public function letDo(User $user, string $entityType, string $action): bool
    {
        if (isset(Registration::PARTS[$entityType])) {
            $whole = $this->targetOf($entityType, Registration::PARTS[$entityType]);

            return $whole !== null && $this->letDo($user, $whole, $this->onWhole($action));
        }

        $modules = $this->profileOf($user)['modules'] ?? [];
        $rights = $modules[$entityType] ?? $modules['*'] ?? [];

        return ($rights[$action] ?? false) === true &&
            ($action === self::CREATE || ($rights[self::VIEW] ?? false) === true);
    }

    /**
     * What his profiles forbid him, by entity type.
     *
     * @return array<string, string[]>
     */
    public function forbidden(User $user): array
    {
        $types = array_filter(array_keys($this->metadata->get('aclDefs')), $this->isShared(...));
        $actions = [self::VIEW, self::CREATE, self::EDIT, self::DELETE];
        $forbidden = fn ($type) => array_values(array_filter($actions, fn ($one) => !$this->letDo($user, $type, $one)));

        return array_filter(array_combine($types, array_map($forbidden, $types)));
    }

    /** Whether he may do that to a record, as it is kept. */
    public function let(User $user, Entity $entity, string $action): bool
    {
        $reach = $this->reach($user, $entity->getEntityType(), $action);

        $told = !$entity->isNew() && $entity->hasFetched('assignedUserId') ?
            $reach->tells($entity->getFetched('assignedUserId')) : null;

        return $told ?? ($entity->hasId() && $this->contains($reach, $entity->getEntityType(), $entity->getId()));
    }

    /** Whether global sharing lets him see that record, if it is one that people work with; asked once for each. */
    public function sees(User $user, ?string $entityType, ?string $id): bool
    {
        if (!$entityType || !$id || !$this->govern($user) || !$this->isShared($entityType)) {
            return true;
        }

        return $this->seen["{$user->getId()} $entityType $id"] ??=
            $this->contains($this->reach($user, $entityType, self::VIEW), $entityType, $id);
    }

    /** Which records of the entity type he may do that to. */
    public function reach(User $user, string $entityType, string $action): Reach
    {
        return $this->reaches["{$user->getId()} $entityType $action"] ??=
            $this->reachOf($user, $entityType, $action, []);
    }

    /**
     * To whom he may assign records of the entity type: users and, of the teams that are groups in Portico, these; null
     * where it is all the same.
     *
     * @return ?array{people: string[], teams: string[]}
     */
    public function assignable(User $user, string $entityType): ?array
    {
        if ($this->isOpen($user, $entityType, self::EDIT)) {
            return null;
        }

        $role = $this->roleOf($user);
        $colleagues = $role === null ? [] : $this->model->peopleIn(["role:$role", "below:$role"]);

        return ['people' => [$user->getId(), ...$colleagues], 'teams' => $this->teamsOf($user)];
    }

    /** @return string[] The teams whose records belong to a group. */
    public function owningTeams(): array
    {
        $groups = array_map(strval(...), array_keys($this->model->part('groups')));

        return array_merge(...array_map($this->teamsOfGroup(...), $groups));
    }

    /** @param string[] $via The entity types whose following led here. */
    private function reachOf(User $user, string $entityType, string $action, array $via): Reach
    {
        if (!$this->letDo($user, $entityType, $action)) {
            return Reach::none();
        }

        if (isset(Registration::PARTS[$entityType])) {
            return $this->reachThroughWhole($user, $entityType, Registration::PARTS[$entityType], $action);
        }

        if (!$this->hasOwner($entityType) || $this->isOpen($user, $entityType, $action)) {
            return Reach::all();
        }

        $rules = $action === self::DELETE ? [] : $this->rulesFor($user);
        $direct = $this->directlyShared($rules, $entityType, $action);
        $role = $this->roleOf($user);
        $sets = [...array_column($direct['plain'], 'from'), ...($role === null ? [] : ["below:$role"])];

        $people = [$user->getId(), ...$this->model->peopleIn($sets)];
        $teams = [...$this->teamsOf($user), ...$this->teamsOfSets($sets)];
        $others = [
            ...$direct['others'],
            ...$this->sharedThroughParents($rules, $user, $entityType, $action),
            ...$this->followed($user, $entityType, $action, $via),
        ];

        return Reach::of($entityType, array_values(array_unique($people)), array_values(array_unique($teams)), $others);
    }

    /** What belongs to nothing is left as EspoCRM has it. */
    private function reachThroughWhole(User $user, string $entityType, string $link, string $action): Reach
    {
        $whole = (string) $this->targetOf($entityType, $link);
        $reach = $this->reach($user, $whole, $this->onWhole($action));

        return $reach->isAll() ? $reach : Reach::of($entityType, [], [], [
            ["{$link}Id" => null],
            ...($reach->isNone() ? [] : array_filter([$this->linked($entityType, $link, $whole, $reach->where())])),
        ]);
    }

    /** A part is seen with the whole, and changing it changes the whole. */
    private function onWhole(string $action): string
    {
        return $action === self::VIEW ? self::VIEW : self::EDIT;
    }

    private function isOpen(User $user, string $entityType, string $action): bool
    {
        $profile = $this->profileOf($user);
        $editsAll = ($profile['editAll'] ?? false) === true;
        $viewsAll = $editsAll || ($profile['viewAll'] ?? false) === true;

        return in_array($this->model->entry('defaults', $entityType)['level'] ?? null, self::OPEN_FOR[$action], true) ||
            ($action === self::VIEW && $viewsAll) ||
            ($action === self::EDIT && $editsAll);
    }

    /**
     * Rules that share records of this entity type: those for all records of their owners, and where clauses for the rest.
     *
     * @param array<array<mixed>> $rules
     * @return array{plain: array<array<mixed>>, others: array<array<mixed>>}
     */
    private function directlyShared(array $rules, string $entityType, string $action): array
    {
        $meant = array_filter($rules, fn ($rule) => ($rule['module'] ?? null) === $entityType && $this->fits($rule, $action));
        $plain = array_filter($meant, fn ($rule) => ($rule['criteria'] ?? null) === []);
        $others = array_map($this->whatIsShared(...), array_diff_key($meant, $plain));

        return ['plain' => array_values($plain), 'others' => array_values(array_filter($others))];
    }

    /**
     * Records that hang on a shared one.
     *
     * @param array<array<mixed>> $rules
     * @return array<array<mixed>>
     */
    private function sharedThroughParents(array $rules, User $user, string $entityType, string $action): array
    {
        $ways = [];

        foreach ($rules as $rule) {
            foreach ((array) ($rule['related'] ?? []) as $related) {
                $isMeant = is_array($related) && ($related['module'] ?? null) === $entityType &&
                    is_string($related['link'] ?? null) && $this->fits($related, $action);
                $shared = $isMeant && $this->letDo($user, $rule['module'], self::VIEW) ? $this->whatIsShared($rule) : null;

                $ways[] = $shared ? $this->linked($entityType, $related['link'], $rule['module'], $shared) : null;
            }
        }

        return array_values(array_filter($ways));
    }

    /**
     * Records that follow one he may do that to.
     *
     * @param string[] $via
     * @return array<array<mixed>>
     */
    private function followed(User $user, string $entityType, string $action, array $via): array
    {
        $link = $this->model->entry('defaults', $entityType)['follows'] ?? null;
        $target = is_string($link) ? $this->targetOf($entityType, $link) : null;

        if ($target === null || in_array($target, $via) || count($via) >= self::DEEPEST_FOLLOWING) {
            return [];
        }

        $reach = $this->isShared($target) && $this->hasOwner($target) ?
            $this->reachOf($user, $target, $action, [...$via, $entityType]) : Reach::none();
        $way = $reach->isNone() ? null : $this->linked($entityType, $link, $target, $reach->where());

        return $way ? [$way] : [];
    }

    /**
     * The records that a rule speaks of; null where EspoCRM can't tell them (any more).
     *
     * @param array<mixed> $rule
     * @return ?array<mixed>
     */
    private function whatIsShared(array $rule): ?array
    {
        if (!$this->hasOwner($rule['module']) || !is_array($rule['criteria'] ?? null)) {
            return null;
        }

        $from = [$rule['from']];
        $owners = Reach::of($rule['module'], $this->model->peopleIn($from), $this->teamsOfSets($from), []);
        $where = $owners->isNone() ? [] : [$owners->where()];

        foreach ($where ? $rule['criteria'] : [] as $criterion) {
            $condition = $this->criteria->where($rule['module'], $criterion);

            if (!$condition) {
                return null;
            }

            $where[] = $condition;
        }

        return $where ?: null;
    }

    /**
     * @param array<mixed> $sharing A rule, or what it shares with it.
     */
    private function fits(array $sharing, string $action): bool
    {
        return $action === self::VIEW || ($sharing['write'] ?? false) === true;
    }

    /** @return array<array<mixed>> */
    private function rulesFor(User $user): array
    {
        $mine = ["user:{$user->getId()}", ...$this->model->setsOf($user->getId())];

        return array_filter(
            $this->model->part('rules'),
            fn ($rule) => in_array($rule['to'] ?? null, $mine, true) &&
                is_string($rule['module'] ?? null) && is_string($rule['from'] ?? null)
        );
    }

    /**
     * There is a record of the entity type `$target` at the other end of the link, and it meets `$where`.
     *
     * @param array<mixed> $where
     * @return ?array<mixed>
     */
    private function linked(string $entityType, string $link, string $target, array $where): ?array
    {
        if ($this->targetOf($entityType, $link) !== $target) {
            return null;
        }

        $far = ['from' => $target, 'select' => ['id'], 'whereClause' => $where];
        $relation = $this->relation($entityType, $link);

        if ($relation) {
            return [$relation->getKey() . '=s' => $far];
        }

        $parent = $this->parentLink($entityType, $link);

        return ["{$parent}Type" => $target, "{$parent}Id=s" => $far];
    }

    /** The entity type that a link leads to: a reference, or a parent of one type (`parentAccount`). */
    private function targetOf(string $entityType, string $link): ?string
    {
        $relation = $this->relation($entityType, $link);

        if ($relation) {
            return $relation->getForeignEntityType();
        }

        $parent = $this->parentLink($entityType, $link);

        return $parent === null ? null : substr($link, strlen($parent));
    }

    private function relation(string $entityType, string $link): ?RelationDefs
    {
        $relation = $this->entityManager->getDefs()->tryGetEntity($entityType)?->tryGetRelation($link);

        return $relation?->getType() === Entity::BELONGS_TO ? $relation : null;
    }

    private function parentLink(string $entityType, string $link): ?string
    {
        foreach ($this->entityManager->getDefs()->tryGetEntity($entityType)?->getRelationList() ?? [] as $relation) {
            $name = $relation->getName();

            if ($relation->getType() === Entity::BELONGS_TO_PARENT && preg_match("/^{$name}[A-Z]/", $link)) {
                return $name;
            }
        }

        return null;
    }

    private function hasOwner(string $entityType): bool
    {
        return $this->relation($entityType, 'assignedUser')?->getForeignEntityType() === User::ENTITY_TYPE;
    }

    /** @return array<mixed> What his role's profiles come to. */
    private function profileOf(User $user): array
    {
        $role = $this->roleOf($user);

        return $role === null ? $this->model->part('withoutRole') : $this->model->entry('roles', $role);
    }

    private function roleOf(User $user): ?string
    {
        foreach ($this->model->setsOf($user->getId()) as $set) {
            if (str_starts_with($set, 'role:')) {
                return substr($set, strlen('role:'));
            }
        }

        return null;
    }

    /** @return string[] Of the groups he is in. */
    private function teamsOf(User $user): array
    {
        return $this->teamsOfSets($this->model->setsOf($user->getId()));
    }

    /**
     * @param string[] $sets
     * @return string[]
     */
    private function teamsOfSets(array $sets): array
    {
        $groups = array_filter($sets, fn ($set) => str_starts_with($set, 'group:'));

        return array_merge(...array_map(fn ($set) => $this->teamsOfGroup(substr($set, strlen('group:'))), array_values($groups)));
    }

    /** @return string[] */
    private function teamsOfGroup(string $id): array
    {
        return array_values(array_filter((array) ($this->model->entry('groups', $id)['teams'] ?? []), is_string(...)));
    }

    private function contains(Reach $reach, string $entityType, string $id): bool
    {
        if ($reach->isAll() || $reach->isNone()) {
            return $reach->isAll();
        }

        $query = SelectBuilder::create()
            ->from($entityType)
            ->select('id')
            ->where(['id' => $id])
            ->where($reach->where())
            ->withDeleted()
            ->build();

        return (bool) $this->entityManager->getQueryExecutor()->execute($query)->fetch();
    }
}
