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

use Espo\Core\ApplicationState;
use Espo\Core\Exceptions\BadRequest;
use Espo\Core\Exceptions\Forbidden;
use Espo\Entities\User;
use Espo\ORM\EntityManager;

/** Who asks, and for whom: tells the service's API user from everybody else. */
class Caller
{
    public const SERVICE_USER_NAME = 'portico';

    /** Names the EspoCRM user for whom the service writes; believed from the service alone. */
    private const ACTOR = 'HTTP_X_PORTICO_ACTOR';

    private ?User $actor = null;

    public function __construct(
        private ApplicationState $state,
        private EntityManager $entityManager,
    ) {}

    /** @throws Forbidden for everybody but the service. */
    public function mustBeService(): void
    {
        if (!$this->isService()) {
            throw new Forbidden("For Portico's service only.");
        }
    }

    /** @throws Forbidden for everybody but the service and administrators. */
    public function mustBeServiceOrAdministrator(): void
    {
        if (!$this->isService() && !$this->state->isAdmin()) {
            throw new Forbidden("For Portico's service and administrators only.");
        }
    }

    public function isService(): bool
    {
        if (!$this->state->hasUser()) {
            return false;
        }

        $user = $this->state->getUser();

        return $user->isApi() && $user->getUserName() === self::SERVICE_USER_NAME;
    }

    /** Whether that user works with EspoCRM itself: not a program, not a customer, not EspoCRM's own account. */
    public static function isStaff(User $user): bool
    {
        return ($user->isRegular() || $user->isAdmin()) && !$user->isSystem();
    }

    /**
     * For whom the service does it; null where it names nobody, and for every other caller whatever he sends.
     *
     * @throws BadRequest when the service names somebody who is not there.
     */
    public function actor(): ?User
    {
        $id = $_SERVER[self::ACTOR] ?? null;

        if (!$id || !$this->isService()) {
            return null;
        }

        if ($this->actor?->getId() !== $id) {
            $this->actor = $this->entityManager->getRDBRepositoryByClass(User::class)->getById($id) ??
                throw new BadRequest("X-Portico-Actor names nobody.");
        }

        return $this->actor;
    }

    /** The id of who does it: the actor's before the caller's; null for EspoCRM itself. */
    public function personId(): ?string
    {
        $person = $this->state->hasUser() ? $this->actor() ?? $this->state->getUser() : null;

        return $person?->isSystem() ? null : $person?->getId();
    }
}
