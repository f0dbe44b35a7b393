import { ServiceError } from "../aws-json";

// Cognito's own errors, in its own words.

export const invalidParameter = (message: string): ServiceError =>
  new ServiceError("InvalidParameterException", message);

export const notAuthorized = (message: string): ServiceError =>
  new ServiceError("NotAuthorizedException", message);

export const notFound = (message: string): ServiceError =>
  new ServiceError("ResourceNotFoundException", message);

export const userNotFound = (): ServiceError =>
  new ServiceError("UserNotFoundException", "User does not exist.");

export const incorrectPassword = (): ServiceError =>
  notAuthorized("Incorrect username or password.");

export const codeMismatch = (message: string): ServiceError =>
  new ServiceError("CodeMismatchException", message);

export const expiredCode = (message: string): ServiceError =>
  new ServiceError("ExpiredCodeException", message);

export const unsupported = (what: string): ServiceError =>
  invalidParameter(`${what} is not supported by the local Cognito`);
