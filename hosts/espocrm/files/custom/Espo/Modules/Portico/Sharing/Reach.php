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

/** Which records of an entity type a right extends to: all, or those of certain owners and those that meet conditions. */
class Reach
{
    /** Holds for no record. */
    private const NEVER = ['id' => []];

    /**
     * @param string[] $people Ids of users whose records are meant.
     * @param string[] $teams Ids of teams whose records are meant where they belong to no user.
     * @param array<array<mixed>> $others Where clauses of EspoCRM's ORM; one of them is enough.
     */
    private function __construct(
        private bool $isAll,
        private string $entityType = '',
        private array $people = [],
        private array $teams = [],
        private array $others = [],
    ) {}

    public static function all(): self
    {
        return new self(true);
    }

    public static function none(): self
    {
        return new self(false);
    }

    /**
     * @param string[] $people
     * @param string[] $teams
     * @param array<array<mixed>> $others
     */
    public static function of(string $entityType, array $people, array $teams, array $others): self
    {
        return new self(false, $entityType, $people, $teams, $others);
    }

    public function isAll(): bool
    {
        return $this->isAll;
    }

    public function isNone(): bool
    {
        return !$this->isAll && !$this->people && !$this->teams && !$this->others;
    }

    /** Whether it extends to a record of this owner; null where the owner alone does not tell. */
    public function tells(?string $ownerId): ?bool
    {
        if ($this->isAll || in_array($ownerId, $this->people, true)) {
            return true;
        }

        return $this->others || ($ownerId === null && $this->teams) ? null : false;
    }

    /** @return array<mixed> A where clause of EspoCRM's ORM. */
    public function where(): array
    {
        if ($this->isAll) {
            return [];
        }

        $ways = $this->others;

        if ($this->people) {
            $ways[] = ['assignedUserId' => $this->people];
        }

        if ($this->teams) {
            $ways[] = self::ofTeams($this->entityType, $this->teams);
        }

        return $ways ? ['OR' => $ways] : self::NEVER;
    }

    /**
     * @param string[] $teams
     * @return array<mixed>
     */
    public static function ofTeams(string $entityType, array $teams): array
    {
        return [
            'assignedUserId' => null,
            'id=s' => [
                'from' => 'EntityTeam',
                'select' => ['entityId'],
                'whereClause' => ['entityType' => $entityType, 'teamId' => $teams],
            ],
        ];
    }
}
