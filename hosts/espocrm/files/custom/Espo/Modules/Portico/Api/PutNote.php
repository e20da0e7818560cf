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
use Espo\Modules\Portico\Caller;
use Espo\Modules\Portico\Posts;
use Espo\ORM\EntityManager;

/** Changes the text of a post, whoever wrote it; Portico has checked that he asks himself. */
class PutNote implements Action
{
    /** As EspoCRM's own field has it. */
    private const LONGEST_TEXT = 100000;

    public function __construct(
        private Caller $caller,
        private Posts $posts,
        private EntityManager $entityManager,
    ) {}

    public function process(Request $request): Response
    {
        $this->caller->mustBeService();

        $text = $request->getParsedBody()->post ?? null;

        if (!is_string($text) || mb_strlen($text) > self::LONGEST_TEXT) {
            throw new BadRequest("A post's text is missing or too long.");
        }

        $post = $this->posts->find((string) $request->getRouteParam('id'));

        $this->entityManager->saveEntity($post->set('post', $text));

        return ResponseComposer::json(['id' => $post->getId()]);
    }
}
