package segmentation;

import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;

/** Hadoop's files of this machine, whose permissions Java sets itself. See `hadoop.py`. */
public class LocalFiles extends LocalFileSystem implements Runnable {
    public LocalFiles() {
        super(new WithoutProcesses());
    }

    /** Be what this Java uses for `file:` from now on. */
    public void run() {
        try {
            Configuration settings = new Configuration();
            URI place = URI.create("file:///");
            initialize(place, settings);
            Class[] kinds = new Class[] {URI.class, Configuration.class, FileSystem.class};
            Method keep = FileSystem.class.getDeclaredMethod("addFileSystemForTesting", kinds);
            keep.setAccessible(true);
            keep.invoke(null, new Object[] {place, settings, this});
        } catch (Exception error) {
            throw new RuntimeException(error);
        }
    }

    public static class WithoutProcesses extends RawLocalFileSystem {
        public void setPermission(Path path, FsPermission permission) throws IOException {
            if (permission.getStickyBit()) {
                super.setPermission(path, permission);
                return;
            }
            String words = permission.getUserAction().SYMBOL + permission.getGroupAction().SYMBOL
                + permission.getOtherAction().SYMBOL;
            Files.setPosixFilePermissions(pathToFile(path).toPath(), PosixFilePermissions.fromString(words));
        }
    }
}
