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

use Espo\Core\Api\Action;
use Espo\Core\Api\Request;
use Espo\Core\Api\Response;
use Espo\Core\Api\ResponseComposer;
use Espo\Core\Exceptions\BadRequest;
use Espo\Core\Exceptions\Conflict;
use Espo\Entities\User;
use Espo\Modules\Portico\Caller;
use Espo\ORM\EntityManager;
use PDOException;

/**
 * The EspoCRM user under whose name an outside person's work stands: inactive, without a password, in no portal and
 * linked to no contact, so nobody can sign in with it and EspoCRM's own portals never count it.
 */
class PostAuthor implements Action
{
    private const USER_NAME_PREFIX = Caller::SERVICE_USER_NAME . '.';
    private const LONGEST_NAME = 100;

    public function __construct(
        private Caller $caller,
        private EntityManager $entityManager,
    ) {}

    public function process(Request $request): Response
    {
        $this->caller->mustBeService();

        $body = $request->getParsedBody();

        if (!is_string($body->id ?? null) || !preg_match('/^[\w-]{1,40}$/D', $body->id)) {
            throw new BadRequest("A person's id is missing.");
        }

        if (!is_string($body->name ?? null) || trim($body->name) === '') {
            throw new BadRequest("A person's name is missing.");
        }

        $name = mb_substr(trim($body->name), 0, self::LONGEST_NAME);

        return ResponseComposer::json(['userId' => $this->author(self::USER_NAME_PREFIX . $body->id, $name)->getId()]);
    }

    /** @throws Conflict when somebody who can sign in has that user name. */
    private function author(string $userName, string $name): User
    {
        $author = $this->find($userName) ?? $this->entityManager->getRDBRepositoryByClass(User::class)->getNew();

        if (!$author->isNew() && (!$author->isPortal() || $author->isActive())) {
            throw new Conflict("Somebody who can sign in is called $userName.");
        }

        $author->setMultiple([
            'userName' => $userName,
            'type' => User::TYPE_PORTAL,
            'isActive' => false,
            'firstName' => null,
            'lastName' => $name,
        ]);

        try {
            $this->entityManager->saveEntity($author);
        } catch (PDOException $error) {
            // Another request has made him at the same time.
            return $this->find($userName) ?? throw $error;
        }

        return $author;
    }

    private function find(string $userName): ?User
    {
        return $this->entityManager->getRDBRepositoryByClass(User::class)->where(['userName' => $userName])->findOne();
    }
}
