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

use Espo\Core\Exceptions\NotFound;
use Espo\Entities\Note;
use Espo\ORM\EntityManager;

/** What people have written on records. EspoCRM lets only its author touch a post, so the service can't by REST. */
class Posts
{
    public function __construct(private EntityManager $entityManager) {}

    /** @throws NotFound for what is gone, and for EspoCRM's own entries, which nobody changes. */
    public function find(string $id): Note
    {
        return $this->entityManager->getRDBRepositoryByClass(Note::class)
            ->where(['id' => $id, 'type' => Note::TYPE_POST])
            ->findOne() ?? throw new NotFound("There is no such post.");
    }
}
