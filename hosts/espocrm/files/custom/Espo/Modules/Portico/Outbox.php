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

namespace Espo\Modules\Portico;

use Espo\ORM\EntityManager;
use Espo\ORM\Query\InsertBuilder;

/** Rows that the service reads, in order for each subject: what happened here, who did it. */
class Outbox
{
    public function __construct(
        private EntityManager $entityManager,
        private Caller $caller,
    ) {}

    /** @param array{entityType: string, id: string, action: string, ...} $event */
    public function write(string $subject, array $event): void
    {
        $row = [
            'id' => substr(bin2hex(random_bytes(9)), 0, 17),
            'subject' => $subject,
            'event' => json_encode(
                [...$event, 'by' => $this->caller->personId()],
                JSON_UNESCAPED_SLASHES | JSON_THROW_ON_ERROR
            ),
            'createdAt' => gmdate('Y-m-d H:i:s'),
        ];

        $this->entityManager->getQueryExecutor()->execute(
            InsertBuilder::create()->into('PorticoOutbox')->columns(array_keys($row))->values($row)->build()
        );
    }
}
