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

use Espo\Core\Api\RequestWrapper;
use Espo\Core\Exceptions\Forbidden;
use Espo\Core\Utils\Json;
use Espo\Entities\User;
use Psr\Http\Message\ResponseInterface;
use Psr\Http\Message\ServerRequestInterface;
use Psr\Http\Server\MiddlewareInterface;
use Psr\Http\Server\RequestHandlerInterface;
use Slim\Psr7\Factory\StreamFactory;
use stdClass;

/** Before requests in which EspoCRM asks nobody about a record that they name: accepting an invitation, opting out, lists of both. */
class Door implements MiddlewareInterface
{
    /** What stays of a record in a list of several types where it is not shared. */
    private const SAID = ['id' => true, '_scope' => true, 'entityType' => true, 'acceptanceStatus' => true];

    public function __construct(
        private User $user,
        private Rights $porticoRights,
        private Names $names,
    ) {}

    public function process(ServerRequestInterface $request, RequestHandlerInterface $handler): ResponseInterface
    {
        if (!$this->porticoRights->govern($this->user)) {
            return $handler->handle($request);
        }

        if ($request->getMethod() === 'POST') {
            $this->mustBeSeen($request);
        }

        return $this->withoutNames($handler->handle($request));
    }

    /** @throws Forbidden */
    private function mustBeSeen(ServerRequestInterface $request): void
    {
        $path = rawurldecode(rawurldecode($request->getUri()->getPath()));

        if (!preg_match('~/(\w+)/action/~', $path, $found)) {
            return;
        }

        $about = (new RequestWrapper($request))->getParsedBody();

        $areSeen = $this->isSeen(ucfirst($found[1]), $about->id ?? null) &&
            $this->isSeen($about->targetType ?? null, $about->targetId ?? null);

        if (!$areSeen) {
            throw new Forbidden("Portico: the record is not shared with the user.");
        }
    }

    private function isSeen(mixed $entityType, mixed $id): bool
    {
        return !is_string($entityType) || !is_string($id) || $this->porticoRights->sees($this->user, $entityType, $id);
    }

    private function withoutNames(ResponseInterface $response): ResponseInterface
    {
        $body = (string) $response->getBody();
        $said = str_contains($body, '"_scope"') ? json_decode($body) : null;

        if (!$said instanceof stdClass || !is_array($said->list ?? null)) {
            return $response;
        }

        $said->list = array_map($this->seenPartOf(...), $said->list);

        return $response->withBody((new StreamFactory())->createStream(Json::encode($said)));
    }

    private function seenPartOf(stdClass $item): stdClass
    {
        return $this->isSeen($item->_scope ?? null, $item->id ?? null) ?
            $item :
            (object) [...array_intersect_key((array) $item, self::SAID), 'name' => $this->names->none()];
    }
}
