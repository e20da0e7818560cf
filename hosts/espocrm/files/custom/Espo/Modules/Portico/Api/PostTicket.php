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
use Espo\Core\Exceptions\Error\Body;
use Espo\Core\Exceptions\Forbidden;
use Espo\Entities\AuthToken;
use Espo\Entities\User;
use Espo\Modules\Portico\Caller;
use Espo\Modules\Portico\Settings;
use Espo\ORM\EntityManager;

/** A ticket by which a staff member signed in here is let in by the service: for one page, one use and one minute. */
class PostTicket implements Action
{
    /** In seconds. */
    private const LIFETIME = 60;

    /** Keeps a signature made here from passing for one made for something else with the same secret. */
    private const PURPOSE = 'portico-ticket.';

    private const SHORTEST_SECRET = 32;

    public function __construct(
        private Settings $settings,
        private User $user,
        private EntityManager $entityManager,
    ) {}

    public function process(Request $request): Response
    {
        if (!Caller::isStaff($this->user)) {
            throw new Forbidden("For staff only.");
        }

        $token = $this->ticket($this->sessionId($request), $this->target($request));

        return ResponseComposer::json([
            'token' => $token,
            'url' => $this->settings->serviceUrl() . '/host/ticket?t=' . $token,
        ]);
    }

    /** @throws BadRequest for anything but a path on the service. */
    private function target(Request $request): string
    {
        $to = $request->getParsedBody()->to ?? null;

        if (!is_string($to) || !preg_match('~^/(?!/)[\w\-./?=&%]*$~D', $to)) {
            throw new BadRequest("There is no such page.");
        }

        return $to;
    }

    /**
     * Signing out here ends the service's session too, so the ticket names the session it was asked from.
     *
     * @throws Forbidden for whoever came without one (with a password, say).
     */
    private function sessionId(Request $request): string
    {
        $session = $this->entityManager->getRDBRepositoryByClass(AuthToken::class)
            ->where(['token' => $this->sessionToken($request), 'userId' => $this->user->getId(), 'isActive' => true])
            ->findOne();

        return $session?->getId() ?? throw new Forbidden("Only from a session.");
    }

    /** As EspoCRM's pages send it: `username:token` in a header of their own, or the cookie. */
    private function sessionToken(Request $request): string
    {
        $header = base64_decode((string) $request->getHeader('Espo-Authorization'));
        $token = explode(':', $header, 2)[1] ?? $request->getCookieParam('auth-token');

        return $token ?: '-';
    }

    private function ticket(string $sessionId, string $to): string
    {
        $secret = $this->settings->sharedSecret();

        if (!$this->settings->isOn() || strlen($secret) < self::SHORTEST_SECRET) {
            throw Forbidden::createWithBody(
                "Portico is switched off.",
                Body::create()->withMessageTranslation('porticoIsOff', 'Global')
            );
        }

        $now = time();

        $payload = self::base64Url(json_encode([
            'sub' => $this->user->getId(),
            'ses' => $sessionId,
            'to' => $to,
            'iat' => $now,
            'exp' => $now + self::LIFETIME,
            'jti' => bin2hex(random_bytes(12)),
        ], JSON_UNESCAPED_SLASHES | JSON_THROW_ON_ERROR));

        return $payload . '.' . self::base64Url(hash_hmac('sha256', self::PURPOSE . $payload, $secret, true));
    }

    private static function base64Url(string $bytes): string
    {
        return rtrim(strtr(base64_encode($bytes), '+/', '-_'), '=');
    }
}
