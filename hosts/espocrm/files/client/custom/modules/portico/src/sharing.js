/*
 * Portico for EspoCRM: registers Portico (customer portals, external users, global sharing) in an EspoCRM.
 * Copyright (C) 2026 The Portico authors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * This program is free software: you can redistribute it and/or modify it under the terms of the GNU Affero General
 * Public License as published by the Free Software Foundation, either version 3 of the License, or (at your option) any
 * later version. It is distributed WITHOUT ANY WARRANTY. See <https://www.gnu.org/licenses/>.
 */
/**
 * EspoCRM's pages offer nothing that global sharing would refuse. It stands before what every entity type's own ACL class
 * says, and only ever takes away. With each record the server says what may be done to it; with the user, what his
 * profiles forbid.
 */
Espo.loader.require(['acl-manager', 'app-params', 'di'], (AclManager, AppParams, {container}) => {
    /** As the server adds them up in `porticoRights`. */
    const bits = {edit: 2, delete: 4};
    const meaning = {read: 'view', stream: 'view'};

    const {checkModel, checkScope} = AclManager.prototype;

    const isForbidden = (scope, action) => {
        const {forbidden} = container.get(AppParams)?.get('portico') ?? {};

        return forbidden?.[scope]?.includes(meaning[action ?? 'read'] ?? action) ?? false;
    };

    const isRefused = (model, action) => {
        const rights = model.get('porticoRights');

        return action in bits && typeof rights === 'number' && (rights & bits[action]) === 0;
    };

    AclManager.prototype.checkScope = function (scope, action, precise) {
        return !isForbidden(scope, action) && checkScope.call(this, scope, action, precise);
    };

    AclManager.prototype.checkModel = function (model, action, precise) {
        return !isForbidden(model.entityType, action) && !isRefused(model, action) &&
            checkModel.call(this, model, action, precise);
    };
});
