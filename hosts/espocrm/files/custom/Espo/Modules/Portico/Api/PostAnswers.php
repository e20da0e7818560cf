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

namespace Espo\Modules\Portico\Api;

use Espo\Core\Acl;
use Espo\Core\Api\Action;
use Espo\Core\Api\Request;
use Espo\Core\Api\Response;
use Espo\Core\Api\ResponseComposer;
use Espo\Core\Exceptions\BadRequest;
use Espo\Core\Exceptions\Forbidden;
use Espo\Core\Exceptions\NotFound;
use Espo\Core\Utils\Metadata;
use Espo\Entities\User;
use Espo\Modules\Portico\Caller;
use Espo\Modules\Portico\Outbox;
use Espo\ORM\Entity;
use Espo\ORM\EntityManager;

/** Keeps what a staff member answered to the service's questions about a record, before what he was asked about happens. */
class PostAnswers implements Action
{
    private const MOST_ANSWERS = 10;

    public function __construct(
        private User $user,
        private Acl $acl,
        private EntityManager $entityManager,
        private Metadata $metadata,
        private Outbox $outbox,
    ) {}

    public function process(Request $request): Response
    {
        if (!Caller::isStaff($this->user)) {
            throw new Forbidden("For staff only.");
        }

        $body = $request->getParsedBody();
        $record = $this->record($body->entityType ?? null, $body->id ?? null);

        $this->outbox->write("{$record->getEntityType()}/{$record->getId()}", [
            'entityType' => $record->getEntityType(),
            'id' => $record->getId(),
            'action' => 'answer',
            'answers' => (object) $this->answers($body->answers ?? null),
        ]);

        return ResponseComposer::json(true);
    }

    /** @throws NotFound for what is none, and for what he may not change. */
    private function record(mixed $entityType, mixed $id): Entity
    {
        $isModule = is_string($entityType) && $this->metadata->get(['scopes', $entityType, 'object']);
        $record = $isModule && is_string($id) ? $this->entityManager->getEntityById($entityType, $id) : null;

        if (!$record || !$this->acl->tryCheck($record, Acl\Table::ACTION_EDIT)) {
            throw new NotFound("There is no such record.");
        }

        return $record;
    }

    /**
     * @return array<string, string>
     * @throws BadRequest
     */
    private function answers(mixed $given): array
    {
        $answers = get_object_vars(is_object($given) ? $given : (object) []);

        $areWords = array_filter(
            $answers,
            fn ($value, $name) => is_string($value) && preg_match('/^[\w.:-]{1,64}$/D', "$name") && strlen($value) <= 255,
            ARRAY_FILTER_USE_BOTH
        );

        if (!$answers || count($answers) > self::MOST_ANSWERS || count($areWords) < count($answers)) {
            throw new BadRequest("Answers are a few short words by the names of their questions.");
        }

        return $answers;
    }
}
