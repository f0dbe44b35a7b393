import * as t from "io-ts";
import { ServiceError } from "../../aws-json";
import { inputsOf, wholeNumber } from "../../inputs";
import { describeGroup, describeUser } from "../describe";
import { notFound } from "../errors";
import type { Group, UserPool } from "../model";
import { groupName, groupSettings } from "../settings";
import { groupsOf, requireUser } from "../users";
import { type Operations, operation } from "./operation";
import { pageOf } from "./pages";

const ofPool = { UserPoolId: t.string };
const ofGroup = { ...ofPool, GroupName: t.string };
const page = { Limit: wholeNumber(0, 60), NextToken: t.string };

function requireGroup(pool: UserPool, name: string): Group {
  const group = pool.groups.find(({ settings }) => settings.GroupName === name);
  if (group === undefined) {
    throw notFound("Group not found.");
  }
  return group;
}

function putGroup(pool: UserPool, group: Group): UserPool {
  const name = group.settings.GroupName;
  const groups = pool.groups.map((other) => (other.settings.GroupName === name ? group : other));
  return { ...pool, groups };
}

const createGroup = operation(
  inputsOf({ ...ofPool, GroupName: groupName }, groupSettings),
  ({ UserPoolId, ...settings }, { pools }) =>
    pools.change(UserPoolId, (pool) => {
      if (pool.groups.some((group) => group.settings.GroupName === settings.GroupName)) {
        throw new ServiceError("GroupExistsException", "A group with the name already exists.");
      }
      const now = Date.now();
      const group: Group = { settings, members: [], createdAt: now, modifiedAt: now };
      return {
        pool: { ...pool, groups: [...pool.groups, group] },
        answer: { Group: describeGroup(pool, group) },
      };
    }),
);

const updateGroup = operation(
  inputsOf(ofGroup, groupSettings),
  ({ UserPoolId, ...settings }, { pools }) =>
    pools.change(UserPoolId, (pool) => {
      const group = requireGroup(pool, settings.GroupName);
      const next = {
        ...group,
        settings: { ...group.settings, ...settings },
        modifiedAt: Date.now(),
      };
      return { pool: putGroup(pool, next), answer: { Group: describeGroup(pool, next) } };
    }),
);

const deleteGroup = operation(inputsOf(ofGroup, {}), ({ UserPoolId, GroupName }, { pools }) =>
  pools.change(UserPoolId, (pool) => {
    const group = requireGroup(pool, GroupName);
    const groups = pool.groups.filter((other) => other !== group);
    return { pool: { ...pool, groups }, answer: undefined };
  }),
);

const getGroup = operation(inputsOf(ofGroup, {}), ({ UserPoolId, GroupName }, { pools }) => {
  const pool = pools.get(UserPoolId);
  return { Group: describeGroup(pool, requireGroup(pool, GroupName)) };
});

const listGroups = operation(
  inputsOf(ofPool, page),
  ({ UserPoolId, Limit, NextToken }, { pools }) => {
    const pool = pools.get(UserPoolId);
    const { items, next } = pageOf(pool.groups, Limit, NextToken);
    return { Groups: items.map((group) => describeGroup(pool, group)), NextToken: next };
  },
);

const listUsersInGroup = operation(
  inputsOf(ofGroup, page),
  ({ UserPoolId, GroupName, Limit, NextToken }, { pools }) => {
    const pool = pools.get(UserPoolId);
    const { members } = requireGroup(pool, GroupName);
    const users = pool.users.filter(({ username }) => members.includes(username));
    const { items, next } = pageOf(users, Limit, NextToken);
    return { Users: items.map((user) => describeUser(user)), NextToken: next };
  },
);

const ofMember = inputsOf({ ...ofGroup, Username: t.string }, {});

/** An operation that makes other members of a group's. */
const membership = (change: (members: readonly string[], username: string) => string[]) =>
  operation(ofMember, ({ UserPoolId, GroupName, Username }, { pools }) =>
    pools.change(UserPoolId, (pool) => {
      const group = requireGroup(pool, GroupName);
      const { username } = requireUser(pool, Username);
      const members = change(group.members, username);
      return { pool: putGroup(pool, { ...group, members }), answer: undefined };
    }),
  );

const listGroupsForUser = operation(
  inputsOf({ ...ofPool, Username: t.string }, page),
  ({ UserPoolId, Username, Limit, NextToken }, { pools }) => {
    const pool = pools.get(UserPoolId);
    const names = groupsOf(pool, requireUser(pool, Username));
    const { items, next } = pageOf(names, Limit, NextToken);
    const Groups = items.map((name) => describeGroup(pool, requireGroup(pool, name)));
    return { Groups, NextToken: next };
  },
);

/** Operations on groups and their members. */
export const groupOperations: Operations = {
  CreateGroup: createGroup,
  UpdateGroup: updateGroup,
  DeleteGroup: deleteGroup,
  GetGroup: getGroup,
  ListGroups: listGroups,
  ListUsersInGroup: listUsersInGroup,
  AdminAddUserToGroup: membership((members, username) => [...new Set([...members, username])]),
  AdminRemoveUserFromGroup: membership((members, username) =>
    members.filter((member) => member !== username),
  ),
  AdminListGroupsForUser: listGroupsForUser,
};
