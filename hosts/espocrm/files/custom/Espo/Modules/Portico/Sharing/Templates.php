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

use Espo\Core\AclManager;
use Espo\Core\Htmlizer\CreateForUserParams;
use Espo\Core\Htmlizer\Htmlizer;
use Espo\Core\Htmlizer\HtmlizerFactory;
use Espo\Core\InjectableFactory;
use Espo\Core\Utils\DateTime\DateTimeFactory;
use Espo\Entities\User;
use Espo\ORM\EntityManager;

/** Templates that are filled for somebody say of linked records what he may see. */
class Templates extends HtmlizerFactory
{
    public function __construct(
        private InjectableFactory $injectableFactory,
        private DateTimeFactory $dateTimeFactory,
        private AclManager $aclManager,
        private EntityManager $entityManager,
        private Rights $porticoRights,
        private Names $names,
    ) {
        parent::__construct($injectableFactory, $dateTimeFactory, $aclManager);
    }

    public function createForUser(User $user, ?CreateForUserParams $params = null): Htmlizer
    {
        if (($params && !$params->applyAcl) || !$this->porticoRights->govern($user)) {
            return parent::createForUser($user, $params);
        }

        $with = ['acl' => $this->aclManager->createUserAcl($user), 'user' => $user];

        if (!$params || $params->useUserTimezone) {
            $with['dateTime'] = $this->dateTimeFactory->createWithUserTimeZone($user);
        }

        return $this->injectableFactory->createWith(FilledTemplate::class, $with)
            ->fillFor($user, $this->names, $this->entityManager);
    }
}
