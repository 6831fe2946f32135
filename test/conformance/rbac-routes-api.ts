import { Controller, Get, Param, VERSION_NEUTRAL } from '@nestjs/common';
import { Authenticated, Public, Roles } from '../../lib/index.js';

/** The names of the handlers that ran. */
export const served: string[] = [];

/** What a handler gives, once it noted that it ran. */
function serve(name: string): object {
  served.push(name);
  return { served: name };
}

/** Handlers behind paths that are written in many ways. */
@Controller()
export class PathsApi {
  @Public()
  @Get('public')
  public(): object {
    return serve('public');
  }

  @Roles('admin')
  @Get('admin')
  admin(): object {
    return serve('admin');
  }

  @Roles('admin')
  @Get('a/list')
  list(): object {
    return serve('list');
  }
}

/** The narrower path comes first. */
@Controller('users')
export class UsersApi {
  @Authenticated()
  @Get('me')
  me(): object {
    return serve('me');
  }

  @Roles('admin')
  @Get(':id')
  one(@Param('id') id: string): object {
    return { ...serve('one'), id };
  }
}

/** The wider path comes first. */
@Controller('shadowed')
export class ShadowedApi {
  @Roles('admin')
  @Get(':id')
  one(@Param('id') id: string): object {
    return { ...serve('one'), id };
  }

  @Authenticated()
  @Get('me')
  me(): object {
    return serve('me');
  }
}

/** Open in its first version. */
@Controller({ path: 'x', version: '1' })
export class OpenVersion {
  @Public()
  @Get()
  x(): object {
    return serve('open version');
  }
}

/** Closed in its second version, on the same path. */
@Roles('admin')
@Controller({ path: 'x', version: '2' })
export class ClosedVersion {
  @Get()
  x(): object {
    return serve('closed version');
  }
}

/** Closed in its first version, too. */
@Roles('admin')
@Controller({ path: 'y', version: '1' })
export class FirstVersion {
  @Get()
  y(): object {
    return serve('first version');
  }
}

/** The same path, closed in its second version. */
@Roles('admin')
@Controller({ path: 'y', version: '2' })
export class SecondVersion {
  @Get()
  y(): object {
    return serve('second version');
  }
}

/** Any version will do. */
@Controller({ path: 'neutral', version: VERSION_NEUTRAL })
export class NeutralApi {
  @Get()
  neutral(): object {
    return serve('neutral');
  }
}

/** Of a module that is made while the application starts, or later. */
@Controller('feature')
export class FeatureApi {
  @Get()
  feature(): object {
    return serve('feature');
  }
}
