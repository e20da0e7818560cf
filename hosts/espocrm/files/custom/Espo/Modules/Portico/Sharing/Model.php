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

use Espo\Core\Utils\Log;
use Espo\Modules\Portico\Settings;
use Espo\ORM\EntityManager;
use Espo\ORM\Query\SelectBuilder;
use Throwable;

/**
 * The sharing model that Portico's service has put in force, read once: what it says belongs to one version.
 * Where there is none, or none that can be understood, everybody is left with what is his own.
 */
class Model
{
    private const OWN_ALONE = [
        'withoutRole' => ['modules' => ['*' => ['view' => true, 'create' => true, 'edit' => true, 'delete' => true]]],
    ];

    private ?bool $isOn = null;
    private ?int $version = null;

    /** @var array<string, mixed> */
    private array $compiled = self::OWN_ALONE;

    /** @var array<string, string[]> Keys of sets by the user's id. */
    private array $sets = [];

    /** @var array<string, string[]> Ids of users by the keys of the sets. */
    private array $people = [];

    public function __construct(
        private EntityManager $entityManager,
        private Settings $settings,
        private Log $log,
    ) {}

    public function isOn(): bool
    {
        return $this->isOn ??= $this->settings->isSharingOn();
    }

    /** @return array<mixed> Of `defaults`, `roles`, `groups`: what stands there under that name; else nothing. */
    public function entry(string $part, string $name): array
    {
        $entry = $this->part($part)[$name] ?? null;

        return is_array($entry) ? $entry : [];
    }

    /** @return array<mixed> */
    public function part(string $part): array
    {
        $this->load();

        return is_array($this->compiled[$part] ?? null) ? $this->compiled[$part] : [];
    }

    /**
     * The sets that the user is in: `role:<id>`, `below:<id>`, `tree:<id>`, `group:<id>`.
     *
     * @return string[]
     */
    public function setsOf(string $userId): array
    {
        return $this->sets[$userId] ??= $this->reach('setKey', ['staffId' => $userId]);
    }

    /**
     * Who is in any of these sets.
     *
     * @param string[] $sets
     * @return string[]
     */
    public function peopleIn(array $sets): array
    {
        sort($sets);

        return $this->people[implode(' ', $sets)] ??= $this->reach('staffId', ['setKey' => $sets]);
    }

    /**
     * @param array<string, mixed> $where
     * @return string[]
     */
    private function reach(string $column, array $where): array
    {
        $this->load();

        if ($this->version === null || in_array([], $where, true)) {
            return [];
        }

        $query = SelectBuilder::create()
            ->from('PorticoReach')
            ->select($column)
            ->distinct()
            ->where($where)
            ->where(['since<=' => $this->version, 'OR' => ['until' => null, 'until>' => $this->version]])
            ->build();

        return $this->safely(
            fn () => $this->entityManager->getQueryExecutor()->execute($query)->fetchAll(\PDO::FETCH_COLUMN)
        ) ?? [];
    }

    private function load(): void
    {
        if ($this->version !== null) {
            return;
        }

        $this->version = 0;

        $row = $this->safely(fn () => $this->entityManager->getSqlExecutor()->execute(
            'SELECT m.version, m.compiled FROM portico_sharing s ' .
            "JOIN portico_sharing_models m ON m.version = s.version WHERE s.id = 'in-force'"
        )->fetch(\PDO::FETCH_ASSOC));

        $compiled = $row ? json_decode((string) $row['compiled'], true) : null;

        if (!is_array($compiled)) {
            $this->log->error("Portico: no sharing model is in force; everybody sees his own records alone.");

            return;
        }

        $this->version = (int) $row['version'];
        $this->compiled = $compiled;
    }

    /** What can't be read gives nobody anything. */
    private function safely(callable $read): mixed
    {
        try {
            return $read();
        } catch (Throwable $error) {
            $this->log->error("Portico's sharing model: {$error->getMessage()}", ['exception' => $error]);

            return null;
        }
    }
}
