using Criterion.Formats;
using static Criterion.Tests.Formats.FormatTesting;

namespace Criterion.Tests.Formats;

public class AtomicFileTests
{
    static Tensor Image => Filled(DType.UInt8, [3, 4, 5]);

    [Fact]
    public void Files_are_written_replaced_and_read_by_path()
    {
        using TemporaryFolder folder = new();
        for (int round = 0; round < 2; round++)
        {
            Npy.Write(folder["a.npy"], Image);
            Png.Write(folder["a.png"], Image);
            Safetensors.Write(folder["a.safetensors"], [new("image", Image)]);
        }

        AssertSame(Image, Npy.Read(folder["a.npy"]));
        AssertSame(Image, Png.Read(folder["a.png"]));
        AssertSame(Image, Safetensors.Read(folder["a.safetensors"]).Tensors["image"]);
        Assert.Equal(3, Directory.GetFileSystemEntries(folder.Path).Length);
    }

    [Fact]
    public void A_write_that_fails_leaves_the_old_file_and_nothing_else()
    {
        using TemporaryFolder folder = new();
        Npy.Write(folder["a.npy"], Image);

        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(folder["a.npy"], static stream =>
        {
            stream.Write([1, 2, 3]);
            throw new InvalidOperationException();
        }));

        AssertSame(Image, Npy.Read(folder["a.npy"]));
        Assert.Single(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Trouble_with_the_disk_stays_what_it_is()
    {
        using TemporaryFolder folder = new();
        Assert.Throws<FileNotFoundException>(() => Npy.Read(folder["none.npy"]));
        string missing = folder[Path.Combine("none", "a.png")];
        Assert.Contains(
            $"'{missing}'", Assert.Throws<DirectoryNotFoundException>(() => Png.Write(missing, Image)).Message, StringComparison.Ordinal);
        Assert.ThrowsAny<SystemException>(() => Npy.Write(folder.Path, Image));
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void A_relative_path_is_one_from_the_current_folder()
    {
        using TemporaryFolder folder = new();
        Npy.Write(Path.GetRelativePath(Environment.CurrentDirectory, folder["a.npy"]), Image);
        AssertSame(Image, Npy.Read(folder["a.npy"]));
    }

    [Theory]
    [InlineData("/dev/null", true)]
    [InlineData("/dev/fd/3", true)]
    [InlineData(@"\\.\NUL", true)]
    [InlineData(@"\\.\aux", true)]
    [InlineData("/dev/shm/run/a.png", false)]
    [InlineData("/devices/a.png", false)]
    [InlineData("/home/dev/a.png", false)]
    [InlineData(@"C:\dev\a.png", false)]
    [InlineData(@"\\server\share\a.png", false)]
    public void Devices_are_told_from_files(string path, bool device) => Assert.Equal(device, AtomicFile.IsDevice(path));

    [Theory]
    [InlineData(typeof(IOException), 3, 3)]
    [InlineData(typeof(UnauthorizedAccessException), 3, 3)]
    [InlineData(typeof(IOException), 1, 1)]
    [InlineData(typeof(InvalidOperationException), 3, 1)]
    public void A_file_in_use_is_tried_again(Type error, int attempts, int tried)
    {
        int count = 0;
        Exception? thrown = Record.Exception(() => AtomicFile.Retry(
            () =>
            {
                count++;
                throw (Exception)Activator.CreateInstance(error)!;
            },
            attempts));
        Assert.IsType(error, thrown);
        Assert.Equal(tried, count);
    }

    [Fact]
    public void A_file_that_is_free_again_is_replaced()
    {
        int count = 0;
        AtomicFile.Retry(() => _ = ++count < 3 ? throw new IOException() : 0, 5);
        Assert.Equal(3, count);
    }

    [Fact]
    public void A_link_stays_a_link()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need rights on Windows that a test may not have.");
        using TemporaryFolder folder = new();
        Npy.Write(folder["a.npy"], Tensor.Scalar(1));
        File.CreateSymbolicLink(folder["link.npy"], folder["a.npy"]);

        Npy.Write(folder["link.npy"], Image);

        AssertSame(Image, Npy.Read(folder["a.npy"]));
        Assert.NotNull(new FileInfo(folder["link.npy"]).LinkTarget);
    }
}
