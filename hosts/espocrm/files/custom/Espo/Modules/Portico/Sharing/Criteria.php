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

use Espo\ORM\Entity;
use Espo\ORM\EntityManager;
use DateTimeImmutable;

/**
 * A rule's criteria as where clauses. Each operator has the one meaning that Portico's own pages give it, and none holds for
 * an empty value but isEmpty. What has no meaning is no condition at all, and then the rule shares nothing.
 */
class Criteria
{
    private const TEXT = 'text';
    private const LIST = 'list';
    private const NUMBER = 'number';
    private const BOOLEAN = 'boolean';
    private const MOMENT = 'moment';

    /** By EspoCRM's types of fields. */
    private const KINDS = [
        'varchar' => self::TEXT,
        'barcode' => self::TEXT,
        'colorpicker' => self::TEXT,
        'text' => self::TEXT,
        'wysiwyg' => self::TEXT,
        'enum' => self::TEXT,
        'url' => self::TEXT,
        'number' => self::TEXT,
        'link' => self::TEXT,
        'multiEnum' => self::LIST,
        'checklist' => self::LIST,
        'array' => self::LIST,
        'urlMultiple' => self::LIST,
        'int' => self::NUMBER,
        'autoincrement' => self::NUMBER,
        'float' => self::NUMBER,
        'decimal' => self::NUMBER,
        'currency' => self::NUMBER,
        'bool' => self::BOOLEAN,
        'date' => self::MOMENT,
        'datetime' => self::MOMENT,
        'datetimeOptional' => self::MOMENT,
    ];

    private const WHOLE = ['int', 'autoincrement'];

    private const SYMBOLS = ['=' => '=', '≠' => '!=', '<' => '<', '≤' => '<=', '>' => '>', '≥' => '>='];

    public function __construct(private EntityManager $entityManager) {}

    /** @return ?array<mixed> Null where the criterion has no meaning for the entity type. */
    public function where(string $entityType, mixed $criterion): ?array
    {
        $name = is_array($criterion) ? $criterion['field'] ?? null : null;
        $type = is_string($name) ? $this->typeOf($entityType, $name) : null;
        $kind = self::KINDS[$type] ?? null;
        $attribute = $type === 'link' ? "{$name}Id" : $name;

        if (!$kind || !$this->isKept($entityType, $attribute)) {
            return null;
        }

        $operator = $criterion['operator'] ?? null;
        $value = $criterion['value'] ?? null;

        return match (true) {
            $operator === 'isEmpty' => $this->isEmpty($kind, $attribute),
            $operator === 'isNotEmpty' => ["$attribute!=" => null, 'NOT' => $this->isEmpty($kind, $attribute)],
            $kind === self::TEXT => $this->compareText($attribute, $operator, $value),
            $kind === self::LIST => $this->compareList($attribute, $operator, $value),
            !isset(self::SYMBOLS[$operator]) => null,
            $kind === self::NUMBER => $this->compareNumber($attribute, $operator, $value, in_array($type, self::WHOLE)),
            $kind === self::BOOLEAN => $this->compareBoolean($attribute, $operator, $value),
            default => $this->compareMoment($attribute, $operator, $value, $type === 'date'),
        };
    }

    private function typeOf(string $entityType, string $name): ?string
    {
        return $this->entityManager->getDefs()->tryGetEntity($entityType)?->tryGetField($name)?->getType();
    }

    private function isKept(string $entityType, string $attribute): bool
    {
        $defs = $this->entityManager->getDefs()->getEntity($entityType)->tryGetAttribute($attribute);

        return $defs && !$defs->isNotStorable() && $defs->getType() !== Entity::FOREIGN;
    }

    /**
     * By length too: the database takes blanks for the empty text.
     *
     * @return array<mixed>
     */
    private function isEmpty(string $kind, string $attribute): array
    {
        return match ($kind) {
            self::TEXT => ['OR' => [[$attribute => null], [$attribute => '', "LENGTH:($attribute)=" => 0]]],
            self::LIST => ['OR' => [[$attribute => null], [$attribute => ['', '[]']]]],
            default => [$attribute => null],
        };
    }

    /** @return ?array<mixed> */
    private function compareText(string $attribute, mixed $operator, mixed $value): ?array
    {
        if (!is_string($value)) {
            return null;
        }

        $same = [$attribute => $value, "BINARY:($attribute)=" => $value];

        return match ($operator) {
            '=' => $same,
            '≠' => ["$attribute!=" => null, 'NOT' => $same],
            'contains' => [$this->place($attribute, $value) . '>' => 0],
            'startsWith' => [$this->place($attribute, $value) . '=' => 1],
            default => null,
        };
    }

    /**
     * Kept as JSON: one of the values is looked for with its quotes. EspoCRM writes a slash as it is or escaped.
     *
     * @return ?array<mixed>
     */
    private function compareList(string $attribute, mixed $operator, mixed $value): ?array
    {
        if ($operator !== 'contains') {
            return in_array($operator, ['=', '≠'], true) ? $this->compareText($attribute, $operator, $value) : null;
        }

        if (!is_string($value)) {
            return null;
        }

        $plain = json_encode($value, JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES);
        $spellings = array_unique([$plain, str_replace('/', '\\/', $plain)]);

        return ['OR' => array_map(fn ($one) => [$this->place($attribute, $one) . '>' => 0], $spellings)];
    }

    /**
     * A number that a whole one can't be is compared with its neighbour.
     *
     * @return ?array<mixed>
     */
    private function compareNumber(string $attribute, string $operator, mixed $value, bool $isWhole): ?array
    {
        if (!is_int($value) && !is_float($value)) {
            return null;
        }

        return $isWhole && floor($value) != $value ?
            $this->compareBetween($attribute, $operator, (int) floor($value)) :
            $this->compare($attribute, $operator, $value);
    }

    /** @return ?array<mixed> */
    private function compareBoolean(string $attribute, string $operator, mixed $value): ?array
    {
        return is_bool($value) && in_array($operator, ['=', '≠']) ?
            $this->compare($attribute, $operator, $value) : null;
    }

    /**
     * A date stands for its midnight.
     *
     * @return ?array<mixed>
     */
    private function compareMoment(string $attribute, string $operator, mixed $value, bool $isDate): ?array
    {
        if (!is_string($value) || !$this->isMoment($value)) {
            return null;
        }

        [$day, $time] = explode(' ', $value) + [1 => '00:00:00'];

        return match (true) {
            !$isDate => $this->compare($attribute, $operator, "$day $time"),
            $time === '00:00:00' => $this->compare($attribute, $operator, $day),
            default => $this->compareBetween($attribute, $operator, $day),
        };
    }

    private function isMoment(string $text): bool
    {
        $format = strlen($text) > 10 ? '!Y-m-d H:i:s' : '!Y-m-d';
        $moment = DateTimeImmutable::createFromFormat($format, $text);

        return $moment && $moment->format(ltrim($format, '!')) === $text;
    }

    /**
     * A range finds what an equality would round away.
     *
     * @return array<mixed>
     */
    private function compare(string $attribute, string $operator, string|int|float|bool $value): array
    {
        return $operator === '=' ?
            ["$attribute>=" => $value, "$attribute<=" => $value] :
            [$attribute . self::SYMBOLS[$operator] => $value];
    }

    /**
     * With a value that lies after `$below` and before the next one the field could hold.
     *
     * @return array<mixed>
     */
    private function compareBetween(string $attribute, string $operator, string|int $below): array
    {
        return match ($operator) {
            '=' => ['id' => []],
            '≠' => ["$attribute!=" => null],
            '<', '≤' => ["$attribute<=" => $below],
            default => ["$attribute>" => $below],
        };
    }

    private function place(string $attribute, string $words): string
    {
        return "PORTICO_PLACE:($attribute, '" . bin2hex($words) . "')";
    }
}
