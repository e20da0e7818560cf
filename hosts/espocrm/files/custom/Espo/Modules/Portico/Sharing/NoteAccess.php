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

use Espo\Core\Utils\Acl\UserAclManagerProvider;
use Espo\Core\Utils\Language;
use Espo\Entities\Note;
use Espo\Entities\User;
use Espo\Tools\Stream\NoteAccessControl;

/**
 * Streams and notifications: an entry about a record that the reader may not see says nothing but that there is one.
 * EspoCRM chooses the entries by who follows what, and asks here about each before it shows it.
 */
class NoteAccess extends NoteAccessControl
{
    public function __construct(
        UserAclManagerProvider $userAclManagerProvider,
        private Rights $porticoRights,
        private Language $language,
        private User $reader,
    ) {
        parent::__construct($userAclManagerProvider);
    }

    public function apply(Note $note, User $user): void
    {
        parent::apply($note, $user);

        if (!$this->isSeen($note, $user) || !$this->isSeen($note, $this->reader)) {
            $this->empty($note);
        }
    }

    /** Of another's stream EspoCRM names the one whose stream it is; who reads it is asked as well. */
    private function isSeen(Note $note, User $user): bool
    {
        return $this->porticoRights->sees($user, $note->getParentType(), $note->getParentId()) &&
            $this->porticoRights->sees($user, $note->getRelatedType(), $note->getRelatedId());
    }

    private function empty(Note $note): void
    {
        $note->setMultiple([
            'type' => Note::TYPE_POST,
            'post' => $this->language->translateLabel('porticoNotShared', 'messages'),
            'data' => (object) [],
            'parentType' => null,
            'parentId' => null,
            'parentName' => null,
            'relatedType' => null,
            'relatedId' => null,
            'relatedName' => null,
            'superParentType' => null,
            'superParentId' => null,
            'attachmentsIds' => [],
            'attachmentsNames' => (object) [],
            'attachmentsTypes' => (object) [],
        ]);
    }
}
