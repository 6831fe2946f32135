import { Module } from '@nestjs/common';
import { ConfigModule, ConfigService } from '@nestjs/config';
import { AuthModule, type AuthModuleOptions } from 'nestjs-portcullis';
import { authConfig } from 'nestjs-portcullis/config';
import { AdminController } from './admin.controller.js';
import { HealthController } from './health.controller.js';
import { OrdersController } from './orders.controller.js';
import { OrdersService } from './orders.service.js';
import { ProfileController } from './profile.controller.js';

@Module({
  imports: [
    ConfigModule.forRoot({ isGlobal: true, load: [authConfig] }),
    AuthModule.forRootAsync({
      inject: [ConfigService],
      useFactory: (config: ConfigService) => config.getOrThrow<AuthModuleOptions>('auth'),
    }),
  ],
  controllers: [HealthController, ProfileController, OrdersController, AdminController],
  providers: [OrdersService],
})
export class AppModule {}
