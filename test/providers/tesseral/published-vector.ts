/**
 * The first vector of the tests of Tesseral's own FastAPI SDK (tesseral-labs/tesseral-sdk-fastapi,
 * tests/test_access_token_authenticator.py, "happy path"): a configuration, and a token that was signed by
 * Tesseral itself.
 */
export const VECTOR = {
  configuration: {
    projectId: 'project_54vwf0clhh0caqe20eujxgpeq',
    vaultDomain: 'auth.console.tesseral.example.com',
    keys: [
      {
        crv: 'P-256',
        kid: 'session_signing_key_c384uca1sbus4xpki7j2kgaqt',
        kty: 'EC',
        x: 'qCByog0iFwVfDF-fkoPhKNW8JjNLGQJMk_atUGGbvoM',
        y: 'vFZaL73AXgLcPxRS_yc9fsJTTiy-f-OVRD2IexKN17g',
      },
    ],
  },
  token: [
    'eyJraWQiOiJzZXNzaW9uX3NpZ25pbmdfa2V5X2MzODR1Y2Exc2J1czR4cGtpN2oya2dhcXQiLCJhbGciOiJFUzI1NiJ9',
    'eyJpc3MiOiJodHRwczovL3Byb2plY3QtNTR2d2YwY2xoaDBjYXFlMjBldWp4Z3BlcS50ZXNzZXJhbC5hcHAiLCJzdWIiOiJ1c2VyXzk3dXJxb2lwNXE3a2VmODd3cG90dnp6eHoiLCJhdWQiOiJodHRwczovL3Byb2plY3QtNTR2d2YwY2xoaDBjYXFlMjBldWp4Z3BlcS50ZXNzZXJhbC5hcHAiLCJleHAiOjE3NDExOTU0NjgsIm5iZiI6MTc0MTE5NTE2OCwiaWF0IjoxNzQxMTk1MTY4LCJvcmdhbml6YXRpb24iOnsiaWQiOiJvcmdfNzkwOG16MnVsOXVzZGh5MGdkZDN0aWVhbiIsImRpc3BsYXlOYW1lIjoicHJvamVjdF81NHZ3ZjBjbGhoMGNhcWUyMGV1anhncGVxIEJhY2tpbmcgT3JnYW5pemF0aW9uIn0sInVzZXIiOnsiaWQiOiJ1c2VyXzk3dXJxb2lwNXE3a2VmODd3cG90dnp6eHoiLCJlbWFpbCI6InJvb3RAYXBwLnRlc3NlcmFsLmV4YW1wbGUuY29tIn0sInNlc3Npb24iOnsiaWQiOiJzZXNzaW9uXzAzZGkwbmtqbG1yNmh3cWQ0ejA4OTlvMnIifX0',
    'utyHAIubtDLJAY9b3Ec_rMBOX9ejOA21sh2fpVHm34S3ywBpiM7Pe0SvsDWhZQh_GG7Il1-H3Eju7dBIDgvEEA',
  ].join('.'),
  notBefore: 1741195168,
  expiresAt: 1741195468,
} as const;
