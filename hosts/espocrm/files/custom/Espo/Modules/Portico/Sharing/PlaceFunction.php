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

use Espo\ORM\QueryComposer\Part\FunctionConverter;

/** Where in a text some words stand, from 1, ignoring case and nothing else; the words come as hexadecimal UTF-8. */
class PlaceFunction implements FunctionConverter
{
    public function convert(string ...$argumentList): string
    {
        [$text, $words] = $argumentList;

        return sprintf('INSTR(BINARY %s, BINARY %s)', $this->folded($text), $this->folded("CONVERT(UNHEX($words) USING utf8mb4)"));
    }

    /** Lower case by Unicode; the two small sigmas are one letter. */
    private function folded(string $text): string
    {
        return "REPLACE(LOWER($text), 'ς', 'σ')";
    }
}
