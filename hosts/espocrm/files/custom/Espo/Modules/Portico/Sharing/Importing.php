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

use Espo\Entities\User;
use Espo\Tools\Import\Import;
use Espo\Tools\Import\Result;

/** An import that says whose it is, to the hook that sees its records; in the background EspoCRM's own account is signed in. */
class Importing extends Import
{
    private static ?User $importer = null;

    private ?User $for = null;

    /** Null: whoever is signed in. */
    public static function importer(): ?User
    {
        return self::$importer;
    }

    public function setUser(User $user): Import
    {
        $this->for = $user;

        return parent::setUser($user);
    }

    public function run(): Result
    {
        self::$importer = $this->for;

        try {
            return parent::run();
        } finally {
            self::$importer = null;
        }
    }
}
