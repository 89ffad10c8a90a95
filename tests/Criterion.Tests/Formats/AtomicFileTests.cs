using Criterion.Formats;
using static Criterion.Tests.Formats.FormatTesting;

namespace Criterion.Tests.Formats;

public class AtomicFileTests
{
    static readonly Tensor Image = Filled(DType.UInt8, [3, 4, 5]);

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
        Assert.Contains($"'{missing}'", Assert.Throws<DirectoryNotFoundException>(() => Png.Write(missing, Image)).Message, StringComparison.Ordinal);
        Assert.ThrowsAny<SystemException>(() => Npy.Write(folder.Path, Image));
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void A_relative_path_is_one_from_the_current_folder()
    {
        string name = $"{Guid.NewGuid():N}.npy";
        Npy.Write(name, Image);
        AssertSame(Image, Npy.Read(Path.Combine(Environment.CurrentDirectory, name)));
        File.Delete(name);
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
