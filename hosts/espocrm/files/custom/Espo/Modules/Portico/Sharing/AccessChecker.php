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

use Espo\Core\Acl\AccessChecker as AccessCheckerInterface;
use Espo\Core\Acl\AccessEntityCREDSChecker;
use Espo\Core\Acl\DefaultAccessChecker;
use Espo\Core\Acl\Exceptions\NotImplemented;
use Espo\Core\Acl\ScopeData;
use Espo\Core\AclManager;
use Espo\Core\Binding\BindingContainerBuilder;
use Espo\Core\Binding\ContextualBinder;
use Espo\Core\InjectableFactory;
use Espo\Core\Utils\Metadata;
use Espo\Entities\User;
use Espo\ORM\Entity;

/**
 * What EspoCRM's own checker allows, and global sharing too.
 *
 * @implements AccessEntityCREDSChecker<Entity>
 */
class AccessChecker implements AccessEntityCREDSChecker
{
    private AccessCheckerInterface $own;

    public function __construct(
        private string $entityType,
        AclManager $aclManager,
        InjectableFactory $injectableFactory,
        Metadata $metadata,
        private Rights $porticoRights,
    ) {
        $className = $metadata->get(['aclDefs', $entityType, Registration::KEPT . 'AccessCheckerClassName']) ??
            DefaultAccessChecker::class;

        $this->own = $injectableFactory->createWithBinding(
            $className,
            BindingContainerBuilder::create()
                ->bindInstance(AclManager::class, $aclManager)
                ->inContext($className, fn (ContextualBinder $binder) => $binder->bindValue('$entityType', $entityType))
                ->build()
        );
    }

    public function check(User $user, ScopeData $data): bool
    {
        return $this->own->check($user, $data) && $this->letDo($user, Rights::VIEW);
    }

    public function checkCreate(User $user, ScopeData $data): bool
    {
        return $this->ask(__FUNCTION__, $user, $data) && $this->letDo($user, Rights::CREATE);
    }

    public function checkRead(User $user, ScopeData $data): bool
    {
        return $this->ask(__FUNCTION__, $user, $data) && $this->letDo($user, Rights::VIEW);
    }

    public function checkEdit(User $user, ScopeData $data): bool
    {
        return $this->ask(__FUNCTION__, $user, $data) && $this->letDo($user, Rights::EDIT);
    }

    public function checkDelete(User $user, ScopeData $data): bool
    {
        return $this->ask(__FUNCTION__, $user, $data) && $this->letDo($user, Rights::DELETE);
    }

    public function checkStream(User $user, ScopeData $data): bool
    {
        return $this->ask(__FUNCTION__, $user, $data) && $this->letDo($user, Rights::VIEW);
    }

    public function checkEntityCreate(User $user, Entity $entity, ScopeData $data): bool
    {
        return $this->ask(__FUNCTION__, $user, $entity, $data) && $this->letDo($user, Rights::CREATE);
    }

    public function checkEntityRead(User $user, Entity $entity, ScopeData $data): bool
    {
        return $this->ask(__FUNCTION__, $user, $entity, $data) && $this->let($user, $entity, Rights::VIEW);
    }

    public function checkEntityEdit(User $user, Entity $entity, ScopeData $data): bool
    {
        return $this->ask(__FUNCTION__, $user, $entity, $data) && $this->let($user, $entity, Rights::EDIT);
    }

    public function checkEntityDelete(User $user, Entity $entity, ScopeData $data): bool
    {
        return $this->ask(__FUNCTION__, $user, $entity, $data) && $this->let($user, $entity, Rights::DELETE);
    }

    public function checkEntityStream(User $user, Entity $entity, ScopeData $data): bool
    {
        return $this->ask(__FUNCTION__, $user, $entity, $data) && $this->let($user, $entity, Rights::VIEW);
    }

    /** @throws NotImplemented as EspoCRM says it of a checker that lacks the method. */
    private function ask(string $method, mixed ...$about): bool
    {
        if (!method_exists($this->own, $method)) {
            throw new NotImplemented("No $method for '$this->entityType'.");
        }

        return $this->own->$method(...$about);
    }

    private function letDo(User $user, string $action): bool
    {
        return !$this->porticoRights->govern($user) || $this->porticoRights->letDo($user, $this->entityType, $action);
    }

    private function let(User $user, Entity $entity, string $action): bool
    {
        return !$this->porticoRights->govern($user) || $this->porticoRights->let($user, $entity, $action);
    }
}
