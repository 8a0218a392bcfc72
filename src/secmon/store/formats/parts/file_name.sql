-- A function: what stands behind the last slash or backslash of a path.
            (path -> splitByChar('/', translate(path, '\\', '/'))[-1])
